/** The way down: asks for the session by offset, one answer after the other, and moves to a better way. [PROTOCOL 3] */
import type { Told } from './answer.ts';
import { type Attempt, type Outcome, startAttempt } from './attempt.ts';
import { createCredit } from './credit.ts';
import { type Down, type DownOptions, statusOf } from './down-types.ts';
import { patienceMs } from './patience.ts';
import { isRetryable, mix, textFrom } from './record.ts';
import type { Final, Kind, Question, Receiver } from './types.ts';
import { backoffMs } from './watch.ts';

/** Without a key it is given up: the bridge remembers a nonce for as long. */
const CONNECT_MS = 60_000;
/** Where the bridge has sent bytes that do not come for so long, something holds them back. */
const OVERDUE_MS = 2000;
/** An answer that was over sooner, and brought nothing, is not asked for again at once. */
const HASTY_MS = 100;
/** A socket that failed is tried again after this. */
const RETRIAL_MS = 60_000;

export const createDown = <C>(options: DownOptions<C>): Down => {
  const { bytes, clock, choice, on, saved } = options;
  const status = statusOf(saved);
  const connecting = (): boolean => status.key === null;
  let nonce = saved ? saved.nonce : options.makeNonce();
  let current: Attempt<C> | null = null;
  let trial: Attempt<C> | null = null;
  let lastReader = saved ? saved.reader : 0;
  let receivedBefore = 0;
  let keyBefore: string | null = null;
  let begunAt = 0;
  let trialAt = 0;
  /** An answer was attached on this page. */
  let found = false;
  let stopped = true;
  let cancelPause = nothing;
  let cancelOverdue = nothing;
  /** To ask would acknowledge what the program has not taken, so it waits. */
  let waits = false;

  const credit = createCredit<C>({
    clock,
    status,
    held: options.held,
    carrier: () => current && { kind: current.receiver.kind, link: current.link() },
    on,
  });

  const stop = (): void => {
    stopped = true;
    cancelPause();
    cancelOverdue();
    credit.stop();
    if (current) current.stop();
    if (trial) trial.stop();
    current = trial = null;
  };
  const finish = (final: Final): void => {
    if (stopped) return;
    stop();
    on.final(final);
  };
  const start = (receiver: Receiver<C>): Attempt<C> =>
    startAttempt(receiver, {
      clock,
      told,
      ask,
      over,
      patienceMs: (attempt) => patienceMs(attempt, connecting(), status.info),
    });

  /** The question of an attempt, at the moment when it goes out: from now on no older answer counts. */
  const ask = (attempt: Attempt<C>): { question: Question<C>; from: number } => {
    if (current && current !== attempt) current.stop();
    if (trial === attempt) trial = null;
    current = attempt;
    waits = false;
    credit.stop();
    receivedBefore = status.received;
    keyBefore = status.key;
    status.receiver = attempt.receiver.name;
    // A connect is reader 0.
    lastReader = attempt.reader = connecting() ? 0 : options.nextReader();
    on.save();
    status.acknowledged = status.received;
    return { question: question(attempt.receiver.kind), from: status.received };
  };
  const question = (kind: Kind): Question<C> => {
    if (connecting()) {
      const parameters = mix(options.connect, { nonce, hold: kind === 'poll' ? 0 : undefined });
      return { verb: 'connect', parameters, payload: null };
    }
    const ended = status.ended ? 1 : undefined;
    // A page that goes on is told at once whether it may, though nothing comes.
    const hold = saved && !found ? 0 : undefined;
    const parameters = { key: status.key as string, from: status.received, reader: lastReader, ended, hold };
    const up = kind === 'exchange' ? options.carry() : null;
    if (!up) return { verb: 'receive', parameters, payload: null };
    return { verb: 'exchange', parameters: mix(parameters, up.parameters), payload: up.payload };
  };

  const over = (attempt: Attempt<C>, outcome: Outcome): void => {
    if (attempt === trial) {
      trial = null;
      trialAt = clock.now() + RETRIAL_MS;
      if (outcome === 'silent') choice.fails(attempt.receiver);
      else choice.cut(attempt.receiver);
      return;
    }
    if (attempt !== current) return;
    current = null;
    const progress = status.received > receivedBefore || status.key !== keyBefore;
    judge(attempt, outcome, progress);
    // A socket that carried us is tried again at once, one that did not later.
    if (attempt.receiver.kind === 'socket' && !progress) trialAt = clock.now() + RETRIAL_MS;
    const complete = attempt.answer !== null && attempt.answer.complete;
    if (complete && (progress || clock.now() - attempt.askedAt > HASTY_MS)) {
      status.failures = 0;
      return next();
    }
    status.failures = progress ? 1 : status.failures + 1;
    if (connecting() && clock.now() - begunAt > CONNECT_MS) {
      return finish({ code: 'NO_ANSWER', text: 'the bridge does not answer' });
    }
    if (!connecting()) on.lost();
    cancelPause();
    cancelPause = clock.setTimer(next, backoffMs(clock, status.failures));
  };
  /** What an attempt that is over says of its way to receive. */
  const judge = ({ receiver, proven, answer }: Attempt<C>, outcome: Outcome, progress: boolean): void => {
    if (proven || (receiver.kind === 'socket' && progress)) choice.works(receiver);
    else if (receiver.kind === 'stream' && outcome === 'silent') choice.fails(receiver);
    else if (!progress && !(answer && answer.complete)) choice.cut(receiver);
  };
  const next = (): void => {
    if (stopped || current) return;
    waits = !connecting() && options.held() > 0;
    if (waits) credit.wait();
    else current = start(connecting() ? choice.first() : choice.next());
  };
  /** A socket is tried beside what runs, and takes over when it is open. */
  const tryBetter = (): void => {
    if (stopped || trial || (current && current.receiver.kind === 'socket')) return;
    const socket = clock.now() < trialAt || options.held() > 0 ? null : choice.trial();
    if (socket) trial = start(socket);
  };

  const attached = (up?: { next: number; window: number }): void => {
    const attempt = current as Attempt<C>;
    if (!on.attached(attempt.receiver.kind === 'socket' ? attempt.link() : null, up)) {
      attempt.stop();
      current = null;
      return next();
    }
    status.failures = 0;
    found = true;
    tryBetter();
  };
  const data = (chunk: C): void => {
    status.received += bytes.size(chunk);
    on.data(chunk);
    credit.acknowledge();
  };
  const moved = (number: number): void => {
    if (connecting()) {
      // Somebody used the key that we never got: begin anew.
      if (number > 0) nonce = options.makeNonce();
    } else if (number > lastReader) finish({ code: 'MOVED', text: 'another page has taken this session over' });
    // Else a repeat of our own request was faster than we are: the next number is ours.
  };
  const refused = (code: string, words: string[]): void => {
    if (connecting() || !isRetryable(code)) finish({ code, text: textFrom(words, 1) });
  };
  /** The send part of an exchange is refused by the final record, before the last bytes: those can still be read. */
  const final = (last: Final): void => {
    const { answer } = current as Attempt<C>;
    if (answer && !answer.attached && last.down !== undefined && last.down > status.received) {
      answer.complete = true;
      on.upOver();
    } else finish(last);
  };
  const told: Told<C> = {
    key: (key) => {
      status.key = key;
    },
    info: (info) => {
      status.info = info;
    },
    attached,
    data,
    taken: on.taken,
    end: () => {
      if (status.ended) return;
      status.ended = true;
      on.end();
    },
    moved,
    refused,
    final,
  };

  return {
    status,
    start: () => {
      stopped = false;
      begunAt = clock.now();
      next();
    },
    stop,
    expect: (tail) => {
      const attempt = current;
      const { received } = status;
      if (!attempt || attempt.receiver.kind !== 'stream' || tail <= received) return;
      cancelOverdue();
      cancelOverdue = clock.setTimer(() => {
        if (attempt !== current || status.received > received) return;
        choice.fails(attempt.receiver);
        attempt.stop();
        current = null;
        next();
      }, OVERDUE_MS);
    },
    carries: () => {
      // While none is asked for, what is written goes by itself.
      const carrying = !connecting() && !waits && choice.next().kind === 'exchange';
      if (carrying && current && current.receiver.kind === 'exchange') {
        current.stop();
        current = null;
        next();
      }
      return carrying;
    },
    took: () => {
      if (waits && options.held() === 0) {
        waits = false;
        credit.stop();
        next();
      }
      credit.acknowledge();
    },
    acknowledged: (to) => {
      status.acknowledged = Math.max(status.acknowledged, to);
    },
    snapshot: () => {
      const { key, received, ended, info } = status;
      return key === null ? null : { key, nonce, reader: lastReader, received, ended, info };
    },
  };
};

const nothing = (): void => {};
