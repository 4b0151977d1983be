/** Cuts a member's bytes into bounded lines of harmless text. */

/** Longer lines are cut here: one line is never more memory than this. */
export const MAX_LINE_BYTES = 1000;

export interface ChatLine {
  /** One line without its end, and without anything that a terminal or a page could take for more than text. */
  text: string;
  /** The line was longer than `MAX_LINE_BYTES`, and its rest is gone. */
  cut: boolean;
}

/** Control characters, line and paragraph separators, and the marks that turn the direction of writing. */
const unwanted = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

const LF = 10;

/** The text without control characters and without blanks at its ends; a tab becomes a blank. */
export const cleanText = (text: string): string => text.replaceAll('\t', ' ').replace(unwanted, '').trim();

export class LineSplitter {
  #kept: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  /** Takes bytes as they come, in whatever pieces. @returns the lines that they complete */
  push(chunk: Uint8Array): ChatLine[] {
    const lines: ChatLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      this.#keep(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** What came after the last line end, as a line; null where nothing did. */
  rest(): ChatLine | null {
    return this.#bytes > 0 ? this.#take() : null;
  }

  #keep(piece: Uint8Array): void {
    const kept = piece.subarray(0, MAX_LINE_BYTES - this.#bytes);
    if (kept.length < piece.length) this.#cut = true;
    if (kept.length === 0) return;
    // A copy: a piece of one byte would otherwise keep the whole chunk that it came in.
    this.#kept.push(Uint8Array.from(kept));
    this.#bytes += kept.length;
  }

  #take(): ChatLine {
    const bytes = Buffer.concat(this.#kept);
    const line = { text: cleanText(bytes.toString('utf8')), cut: this.#cut };
    this.#kept = [];
    this.#bytes = 0;
    this.#cut = false;
    return line;
  }
}
