/** A clock that only the test moves. */
import type { Clock } from '../../../client/core/types.ts';

export interface LabClock extends Clock {
  /** What chance says; half leaves every wait as long as it is. */
  chance: number;
  /** Runs what becomes due meanwhile, in its order. */
  advance(ms: number): void;
  /** Time passes, and nothing runs. */
  sleep(ms: number): void;
  /** How many timers are set. */
  due(): number;
}

export const createClock = (): LabClock => {
  let now = 1_700_000_000_000;
  let timers: { at: number; run: () => void }[] = [];
  const clock: LabClock = {
    chance: 0.5,
    now: () => now,
    random: () => clock.chance,
    setTimer: (run, ms) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        timers.sort((one, other) => one.at - other.at);
        const first = timers[0];
        if (!first || first.at > end) break;
        timers.shift();
        now = Math.max(now, first.at);
        first.run();
      }
      now = end;
    },
    sleep: (ms) => {
      now += ms;
    },
    due: () => timers.length,
  };
  return clock;
};
