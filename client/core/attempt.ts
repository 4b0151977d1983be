/** One try to receive: a receiver at work, its answer, and the watch that calls it dead. */
import { type Answer, createAnswer, type Told } from './answer.ts';
import type { Answering, Clock, Question, Receiver } from './types.ts';
import { type Watch, watchSilence } from './watch.ts';

/** A record that comes together with the end of its answer proves nothing. */
const PROOF_MS = 100;

/** How an attempt ended: properly, broken, too long silent, or with what no bridge says. */
export type Outcome = 'whole' | 'cut' | 'silent' | 'foreign';

export interface Attempt<C> {
  readonly receiver: Receiver<C>;
  /** Null until the question goes out. */
  answer: Answer<C> | null;
  /** The number under which it asks; 0 for a connect. */
  reader: number;
  askedAt: number;
  /** A small record came by itself, before the end: nothing holds this answer back. */
  proven: boolean;
  /** For sockets: writes go here. */
  link(): Answering<C> | null;
  /** Gives it up; nothing is told any more. */
  stop(): void;
}

export interface AttemptOptions<C> {
  clock: Clock;
  told: Told<C>;
  /** The question, at the moment when it goes out, and where its answer has to begin. */
  ask(attempt: Attempt<C>): { question: Question<C>; from: number };
  /** How much silence is too much now; milliseconds. */
  patienceMs(attempt: Attempt<C>): number;
  /** Called once, unless it was stopped. */
  over(attempt: Attempt<C>, outcome: Outcome): void;
}

export const startAttempt = <C>(receiver: Receiver<C>, options: AttemptOptions<C>): Attempt<C> => {
  const { clock, told } = options;
  let answering: Answering<C> | null = null;
  let done = false;
  let cancelProof = (): void => {};
  let watch: Watch | null = null;
  const end = (): void => {
    done = true;
    cancelProof();
    if (watch) watch.stop();
  };
  const finish = (outcome: Outcome): void => {
    if (done) return;
    end();
    if (answering && outcome !== 'whole' && outcome !== 'cut') answering.stop();
    options.over(attempt, outcome);
  };
  const attempt: Attempt<C> = {
    receiver,
    answer: null,
    reader: 0,
    askedAt: clock.now(),
    proven: false,
    link: () => answering,
    stop: () => {
      if (done) return;
      end();
      if (answering) answering.stop();
    },
  };
  const heard = (): void => {
    if (watch) watch.heard();
  };
  /** What it tells counts for as long as it is not over. */
  const ask = (): Question<C> => {
    const { question, from } = options.ask(attempt);
    attempt.askedAt = clock.now();
    const asked = { from, reader: attempt.reader, exchange: question.verb === 'exchange' };
    const hooks = { ping: prove, foreign: () => finish('foreign') };
    attempt.answer = createAnswer(asked, told, hooks);
    heard();
    return question;
  };
  const prove = (): void => {
    cancelProof();
    cancelProof = clock.setTimer(() => {
      attempt.proven = true;
    }, PROOF_MS);
  };
  watch = watchSilence(
    clock,
    () => options.patienceMs(attempt),
    () => finish('silent'),
  );
  answering = receiver.receive(ask, {
    record: (text) => {
      heard();
      if (!done && attempt.answer) attempt.answer.record(text);
    },
    data: (chunk) => {
      heard();
      if (!done && attempt.answer) attempt.answer.data(chunk);
    },
    alive: heard,
    over: (whole) => finish(whole ? 'whole' : 'cut'),
  });
  // Given up while it was being started: nobody had what to stop.
  if (done) answering.stop();
  return attempt;
};
