/** Puts a receiver together from the way it asks; it tells nothing after the end of an answer or after a stop. */
import type { AnswerEvents, Kind, Receiver } from '../core/types.ts';
import { nothing } from './engine.ts';
import type { Asking } from './request.ts';

export interface Gate<C> extends AnswerEvents<C> {
  /** No event passes any more. */
  stop(): void;
  isOpen(): boolean;
  /** What stops the work behind it, for the end whichever way it comes; at once where that is past. */
  release(run: () => void): void;
}

export const createGate = <C>(on: AnswerEvents<C>): Gate<C> => {
  let isOpen = true;
  let release = nothing;
  const stop = (): void => {
    isOpen = false;
    const run = release;
    release = nothing;
    run();
  };
  const passing =
    <T>(tell: (what: T) => void) =>
    (what: T): void => {
      if (isOpen) tell(what);
    };
  return {
    record: passing(on.record),
    data: passing(on.data),
    alive: passing(on.alive) as () => void,
    over: (whole) => {
      const first = isOpen;
      stop();
      if (first) on.over(whole);
    },
    stop,
    isOpen: () => isOpen,
    release: (run) => {
      if (isOpen) release = run;
      else run();
    },
  };
};

/** Asks a question. It tells nothing before it has returned. @returns what stops it */
export type Start<C> = (question: Asking<C>, gate: Gate<C>) => () => void;

export const receiverOf = <C>(name: string, kind: Kind, isUsable: boolean, start: Start<C>): Receiver<C> => ({
  name,
  kind,
  usable: () => isUsable,
  receive: (ask, on) => {
    const gate = createGate(on);
    gate.release(start(ask(), gate));
    return gate;
  },
});

/** Hands on what a reader takes, and ends an answer that is from no bridge. */
export const feed =
  <C, P>(gate: Gate<C>, take: (piece: P) => boolean): ((piece: P) => void) =>
  (piece) => {
    if (gate.isOpen() && !take(piece)) gate.over(false);
  };
