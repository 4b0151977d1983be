/** Measures silence in awake time: a page that slept must not take its own sleep for that of the network. */
import type { Clock } from './types.ts';

const TICK_MS = 250;
/** A tick that comes later than this was asleep, and so perhaps was the network: that time does not count. */
const AWAKE_MS = 1000;

interface Watch {
  /** Something was heard: the silence begins anew. */
  heard(): void;
  stop(): void;
}

/**
 * @param mostMs asked at every tick: how much silence is too much now.
 * @param silent called once, when it was.
 */
export const watchSilence = (clock: Clock, mostMs: () => number, silent: () => void): Watch => {
  let silenceMs = 0;
  let last = clock.now();
  let cancel = (): void => {};
  const tick = (): void => {
    const now = clock.now();
    silenceMs += Math.min(Math.max(now - last, 0), AWAKE_MS);
    last = now;
    if (silenceMs > mostMs()) silent();
    else cancel = clock.setTimer(tick, TICK_MS);
  };
  cancel = clock.setTimer(tick, TICK_MS);
  return {
    heard: () => {
      silenceMs = 0;
      last = clock.now();
    },
    stop: () => cancel(),
  };
};

/** The wait after the first failure, doubled with each; never the same for two clients. */
const FIRST_MS = 50;
const MOST_MS = 5000;

/** How long to wait after so many failures in a row. */
export const backoffMs = (clock: Clock, failures: number): number =>
  Math.min(FIRST_MS * 2 ** (failures - 1), MOST_MS) * (0.5 + clock.random());
