/** What comes for a program, in order: each thing in its turn, and nothing while the program pauses. */
import { later } from '../transport/engine.ts';

export interface Delivery {
  /** @param size how many bytes the program takes with it; 0 for an event. */
  add(size: number, tell: () => void): void;
  pause(): void;
  resume(): void;
  /** Bytes that came and were not told. */
  held(): number;
}

/** A program that throws must not stop us in the middle of an answer: its engine hears of it in the next turn. */
export const guarded = (tell: () => void): void => {
  try {
    tell();
  } catch (error) {
    later(() => {
      throw error;
    });
  }
};

/** @param took the program has taken something that was held. */
export const createDelivery = (took: () => void): Delivery => {
  let waiting: { size: number; tell: () => void }[] = [];
  let held = 0;
  let paused = false;
  let busy = false;
  /** @param fresh how many of them were never held */
  const drain = (fresh: number): void => {
    if (busy || paused) return;
    busy = true;
    let done = 0;
    while (!paused && done < waiting.length) {
      const { size, tell } = waiting[done] as { size: number; tell: () => void };
      done += 1;
      held -= size;
      guarded(tell);
    }
    waiting = waiting.slice(done);
    busy = false;
    if (done > fresh) took();
  };
  return {
    add: (size, tell) => {
      waiting.push({ size, tell });
      held += size;
      drain(1);
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      drain(0);
    },
    held: () => held,
  };
};
