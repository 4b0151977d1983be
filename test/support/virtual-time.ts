/** Virtual time for code that takes the timers of its engine: they fire by turns, and waiting costs nothing. */
import type { Turns } from './memory-pair.ts';

/** One turn, for all that counts in milliseconds. */
export const MS_A_TURN = 100;

/** Stands in for a timer of Node, of which nobody uses more. */
class Timer {
  readonly cancel: () => void;

  constructor(cancel: () => void) {
    this.cancel = cancel;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

const turnsOf = (ms = 0): number => Math.max(Math.ceil(ms / MS_A_TURN), 0);

/** Takes over the timers and `performance.now` of this process; immediates stay. @returns gives them back */
export const takeTime = (turns: Turns): (() => void) => {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const { now } = performance;
  const once = (run: (...values: unknown[]) => void, ms?: number, ...values: unknown[]): Timer =>
    new Timer(turns.in(turnsOf(ms), () => run(...values)));
  const often = (run: () => void, ms?: number): Timer => {
    let cancel = (): void => {};
    const next = (): void => {
      cancel = turns.in(Math.max(turnsOf(ms), 1), () => {
        next();
        run();
      });
    };
    next();
    return new Timer(() => cancel());
  };
  // What began before in real time ends in real time.
  const end =
    (real: (timer: unknown) => void) =>
    (timer: unknown): void =>
      timer instanceof Timer ? timer.cancel() : real(timer);
  Object.assign(globalThis, {
    setTimeout: once,
    setInterval: often,
    clearTimeout: end(clearTimeout as (timer: unknown) => void),
    clearInterval: end(clearInterval as (timer: unknown) => void),
  });
  performance.now = () => turns.now * MS_A_TURN;
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
    performance.now = now;
  };
};
