/** The encodings by the name that a request gives as `as`; `raw` is not among them, because it has no records. */
import type { Encoding } from './encoding.ts';
import { events } from './events.ts';
import { binaryText, frames } from './frames.ts';
import { htmlFor } from './html.ts';
import { lines } from './lines.ts';
import { page } from './page.ts';
import { scriptFor } from './script.ts';

export type { Encoding, Piece } from './encoding.ts';
export { wholeAnswer } from './encoding.ts';
export { page } from './page.ts';

export const encodings = {
  frames,
  'binary-text': binaryText,
  lines,
  events,
  script: scriptFor(0),
  html: htmlFor(0),
  page,
} as const satisfies Record<string, Encoding>;

export type EncodingName = 'raw' | keyof typeof encodings;

export const encodingNames = ['raw', ...Object.keys(encodings)] as readonly EncodingName[];

/** Those that call a function of the page, by its number. */
const calling: Partial<Record<EncodingName, (callback: number) => Encoding>> = { script: scriptFor, html: htmlFor };

/** The encoding of a name; null for `raw`. @param callback the number of the page's function */
export const encodingOf = (name: EncodingName, callback = 0): Encoding | null =>
  name === 'raw' ? null : (callback > 0 && calling[name]?.(callback)) || encodings[name];
