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

export interface Call {
  number: number;
  /** Nobody will call it any more. */
  remove(): void;
  /** Somebody may still call it, and is not heard. */
  silence(): void;
}

/** Apart from what has made the call, of which its timer would keep everything. */
const removeLate = (calls: Calls, number: number): void => {
  calls[number] = nothing;
  later(() => {
    delete calls[number];
  }, LATE_MS);
};

/** @param holder the window that frames have as their parent; that of the page where none is given */
export const addCall = (run: (text: string) => void, holder: Holder = window): Call => {
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
      delete calls[number];
    },
    silence: () => removeLate(calls, number),
  };
};
