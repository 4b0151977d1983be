/** Functions of the page that answers call by number: `_netwine[7](..)` in scripts, `parent._netwine[7]` in frames. */
import { later, nothing } from './engine.ts';

interface Calls {
  [number: number]: (text: string) => void;
}
interface Holder {
  _netwine?: Calls;
  [name: string]: unknown;
}
declare const window: Holder;

/** A script that comes later still finds a function, so that no error is shown. */
const LATE_MS = 120_000;

let last = 0;

/**
 * @param holder the window that frames have as their parent; that of the page where none is given.
 * @returns its number, and a way to call it no more
 */
export const addCall = (run: (text: string) => void, holder: Holder = window): { number: number; remove(): void } => {
  const calls: Calls = holder._netwine || {};
  holder._netwine = calls;
  // Another copy of this script may have some already.
  do last += 1;
  while (calls[last]);
  const number = last;
  calls[number] = run;
  return {
    number,
    remove: () => {
      calls[number] = nothing;
      later(() => {
        delete calls[number];
      }, LATE_MS);
    },
  };
};
