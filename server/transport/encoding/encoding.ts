/** What an answer's encoding is: how records and bytes look on the wire. [PROTOCOL 5] */

export type Piece = string | Uint8Array;

export interface Encoding {
  readonly contentType: string;
  /** Failures come with status 200: the engines that read this encoding cannot read error bodies. */
  readonly hidesStatus: boolean;
  /** Headers of its own, in the place of the usual ones of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What stands before the first record of an answer, and what after the last. */
  readonly head?: string;
  readonly tail?: string;
  /** An answer is of use only when it is whole, so there are no streams. */
  readonly whole?: true;
  /** Its engines can do little but GET: each answer carries the next ticket. [PROTOCOL 7] */
  readonly tickets?: true;
  /**
   * One record of PROTOCOL 4, given without its line end. `offset` is the down offset after it; left out where no
   * session is spoken of, so that no client takes it for the place where it goes on.
   */
  record(text: string, offset?: number): Piece;
  /** Down bytes that begin at an offset, as one record or several. */
  data(bytes: Uint8Array, from: number): readonly Piece[];
}

/** The most target bytes in one DATA record of a text encoding. */
export const TEXT_DATA_BYTES = 4096;

/** The bytes as a Buffer over the same memory, for its text conversions. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Calls back for each run of at most `TEXT_DATA_BYTES`, with the offset after it. */
export const eachTextRun = (bytes: Uint8Array, from: number, take: (base64: string, end: number) => void): void => {
  const buffer = asBuffer(bytes);
  for (let at = 0; at < buffer.length; at += TEXT_DATA_BYTES) {
    const end = Math.min(at + TEXT_DATA_BYTES, buffer.length);
    take(buffer.toString('base64', at, end), from + end);
  }
};

/** The body of an answer that is one record. */
export const wholeAnswer = ({ head = '', tail = '', record }: Encoding, text: string): Piece => {
  const piece = record(text);
  return typeof piece === 'string' ? head + piece + tail : piece;
};
