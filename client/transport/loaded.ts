/** Whether the page has loaded: a frame or a script that it gets before makes it wait until that has loaded, too. */
import { attempted, later } from './engine.ts';

const LOOK_MS = 50;

/** Engines that do not say so have a body at least. */
export const isLoaded = (): boolean => {
  const state = attempted(() => document.readyState);
  return attempted(() => document.body) !== null && (state === null || state === 'complete');
};

/** @param waits called again and again until then @returns a way to give it up */
export const whenLoaded = (run: () => void, waits: () => void): (() => void) => {
  let cancel: () => void;
  const look = (): void => {
    if (isLoaded()) return run();
    waits();
    cancel = later(look, LOOK_MS);
  };
  cancel = later(look);
  return () => cancel();
};
