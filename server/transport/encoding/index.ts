/** The encodings by the name that a request gives as `as`; `raw` is not among them, because it has no records. */
import type { Encoding } from './encoding.ts';
import { events } from './events.ts';
import { binaryText, frames } from './frames.ts';
import { lines } from './lines.ts';

export type { Encoding, Piece } from './encoding.ts';

export const encodings = { frames, 'binary-text': binaryText, lines, events } as const satisfies Record<
  string,
  Encoding
>;

export type EncodingName = 'raw' | keyof typeof encodings;

export const encodingNames = ['raw', ...Object.keys(encodings)] as readonly EncodingName[];
