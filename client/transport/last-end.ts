/** The last line end of an answer, which edbrowse takes away. */
import type { Xhr } from './engine.ts';

/** This engine does so: the last line of a whole poll has shown it. */
let isMissing = false;

/** Tells it where it is missing. Of bytes that were cut none are taken: only what may be the last line counts. */
export const mendLastEnd = ({ responseText }: Xhr, text: (piece: string) => void): void => {
  const [, word] = /(?:^|\n)(AGAIN|OK|MOVED|NO|ERR).*$/.exec(responseText) || [];
  isMissing = isMissing || word === 'AGAIN';
  if (isMissing && word) text('\n');
};
