/** What a program would have on the screen of a terminal: the few sequences that text browsers write. [ECMA-48] */

const ROWS = 40;
const COLUMNS = 100;

/** The size that the program's terminal is set to. */
export const screenSize = { rows: ROWS, columns: COLUMNS };

/** One sequence, or one character. */
const token = /\x1b\[([?>=]?[\d;]*)([@-~])|\x1b[()#%][\s\S]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\s\S]|[\s\S]/gu;
/** What may be the beginning of a sequence. */
const unfinished = /\x1b(?:\[[?>=]?[\d;]*|[()#%]|\][^\x07\x1b]*)?$/;

export class Screen {
  #cells: string[][] = Array.from({ length: ROWS }, () => []);
  #row = 0;
  #column = 0;
  /** The rows that move up and down, the first and the last of them. */
  #top = 0;
  #bottom = ROWS - 1;
  #rest = '';

  /** Takes what the program writes, in any pieces. */
  write(text: string): void {
    const all = this.#rest + text;
    this.#rest = unfinished.exec(all)?.[0] ?? '';
    for (const [one, values, final] of all.slice(0, all.length - this.#rest.length).matchAll(token)) {
      if (final !== undefined) this.#control(final, (values ?? '').split(';').map(Number));
      else if (one === '\x1bM') this.#back();
      else if (!one.startsWith('\x1b')) this.#put(one);
    }
  }

  /** The rows as they can be read, without blanks at their ends. */
  get text(): string {
    return this.#cells
      .map((row) =>
        Array.from(row, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n');
  }

  #move(row: number, column: number): void {
    this.#row = Math.max(0, Math.min(ROWS - 1, row));
    this.#column = Math.max(0, Math.min(COLUMNS - 1, column));
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\b') this.#move(this.#row, this.#column - 1);
    else if (character === '\t') this.#move(this.#row, (Math.floor(this.#column / 8) + 1) * 8);
    else if (character === '\n') this.#feed();
    else if (character >= ' ' && character !== '\x7f') {
      if (this.#column >= COLUMNS) {
        this.#column = 0;
        this.#feed();
      }
      this.#line[this.#column] = character;
      this.#column += 1;
    }
  }

  #feed(): void {
    if (this.#row === this.#bottom) this.#shift(this.#top, this.#bottom);
    else this.#move(this.#row + 1, this.#column);
  }

  #back(): void {
    if (this.#row === this.#top) this.#shift(this.#bottom, this.#top);
    else this.#move(this.#row - 1, this.#column);
  }

  /** Takes out a row, and puts an empty one in at another place. */
  #shift(out: number, into: number): void {
    this.#cells.splice(out, 1);
    this.#cells.splice(into, 0, []);
  }

  #region(top: number, bottom: number): void {
    this.#top = top - 1;
    this.#bottom = Math.min(bottom, ROWS) - 1;
    this.#move(0, 0);
  }

  get #line(): string[] {
    return this.#cells[this.#row] as string[];
  }

  #control(final: string, values: readonly number[]): void {
    const [first = 0, second = 0] = values;
    const count = first || 1;
    if (final === 'H' || final === 'f') this.#move(count - 1, (second || 1) - 1);
    else if (final === 'A') this.#move(this.#row - count, this.#column);
    else if (final === 'B') this.#move(this.#row + count, this.#column);
    else if (final === 'C') this.#move(this.#row, this.#column + count);
    else if (final === 'D') this.#move(this.#row, this.#column - count);
    else if (final === 'G') this.#move(this.#row, count - 1);
    else if (final === 'd') this.#move(count - 1, this.#column);
    else if (final === 'r') this.#region(count, second || ROWS);
    else if (final === 'K') this.#eraseLine(first);
    else if (final === 'J') this.#eraseScreen(first);
  }

  #eraseLine(part: number): void {
    if (part === 0) this.#line.length = Math.min(this.#line.length, this.#column);
    else if (part === 2) this.#line.length = 0;
    else for (let column = 0; column <= this.#column; column += 1) this.#line[column] = ' ';
  }

  #eraseScreen(part: number): void {
    if (part < 2) this.#eraseLine(part);
    this.#cells.forEach((row, number) => {
      if (part === 2 || (part === 0 ? number > this.#row : number < this.#row)) row.length = 0;
    });
  }
}
