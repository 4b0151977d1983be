/** One try to receive: a receiver at work, what its answer has said so far, and the watch that calls it dead. */
import type { Answering, Clock, Info, Question, Receiver } from './types.ts';
import { watchSilence } from './watch.ts';

/** A record that comes together with the end of its answer proves nothing. */
const PROOF_MS = 100;
/** A connect that is answered after its dial may take so long. */
const DIAL_MS = 30_000;
/** A stream is believed when its first small record has come by itself; one that stays silent so long is held back. */
const UNPROVEN_MS = 2000;
/** A socket that does not open. */
const SOCKET_MS = 8000;
/** A poll is called dead so long after it should have been answered. */
const LATE_MS = 10_000;
/** So many missed pings are silence: for each second of the time between two. */
const PINGS_MS = 2250;

export interface Attempt<C> {
  readonly receiver: Receiver<C>;
  /** The number under which it asks; 0 for a connect. */
  reader: number;
  /** Where its answer has to begin. */
  from: number;
  askedAt: number;
  /** The answer has said that it begins where we asked, for the reader that we are. */
  attached: boolean;
  /** The bridge itself ended the answer: ask again at once. */
  complete: boolean;
  /** It brought bytes or the key, or took bytes. */
  brought: boolean;
  /** The answer of an exchange has told of the bytes that went up. */
  answered: boolean;
  /** When a small record came by itself, long before the end: nothing holds this answer back. */
  pingAt?: number;
  /** For sockets: writes go here. */
  link: Answering<C>;
  /** Gives it up; nothing is told any more. */
  stop(): void;
}

interface AttemptOptions<C> {
  clock: Clock;
  /** What the session knows of the bridge. */
  down: { key: string | null; info: Info };
  /** The question, at the moment when it goes out. */
  ask(attempt: Attempt<C>): Question<C>;
  record(attempt: Attempt<C>, text: string): void;
  data(attempt: Attempt<C>, chunk: C): void;
  /** Called once, unless it was stopped. @param silent nothing came for too long */
  over(attempt: Attempt<C>, silent: boolean): void;
}

export const isProven = <C>(attempt: Attempt<C>, clock: Clock): boolean =>
  clock.now() - (attempt.pingAt as number) > PROOF_MS;

/** How much silence is too much now, by what it is and how far it has come; milliseconds. [PROTOCOL 3, Life] */
const patienceMs = <C>(attempt: Attempt<C>, { clock, down }: AttemptOptions<C>): number => {
  const { kind } = attempt.receiver;
  const pingsMs = Number(down.info.ping || 20) * PINGS_MS;
  // One that opens and then carries nothing is as bad as a stream that is held back: it has taken over already.
  if (kind === 'socket') return attempt.attached ? pingsMs : attempt.reader > 0 ? UNPROVEN_MS : SOCKET_MS;
  if (down.key === null) return DIAL_MS;
  if (kind === 'stream') return isProven(attempt, clock) ? pingsMs : UNPROVEN_MS;
  return Number(down.info.hold || 25) * 1000 + LATE_MS;
};

export const startAttempt = <C>(receiver: Receiver<C>, options: AttemptOptions<C>): Attempt<C> => {
  const { clock, ask, record, data, over } = options;
  const stop = (): void => {
    watch.stop();
    attempt.link.stop();
  };
  const finish = (silent: boolean): void => {
    stop();
    over(attempt, silent);
  };
  const attempt = {
    // The rest is set when the question goes out, or is not so as long as it is missing.
    receiver,
    stop,
  } as Attempt<C>;
  const watch = watchSilence(
    clock,
    () => patienceMs(attempt, options),
    () => finish(true),
  );
  const { heard } = watch;
  attempt.link = receiver.receive(
    () => {
      heard();
      return ask(attempt);
    },
    {
      record: (text) => {
        heard();
        record(attempt, text);
      },
      data: (chunk) => {
        heard();
        data(attempt, chunk);
      },
      alive: heard,
      over: () => finish(false),
    },
  );
  return attempt;
};
