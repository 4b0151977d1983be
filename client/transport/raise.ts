/** Brings the number of a session's reader up to where a page is: a bridge takes no leap above 1000. [PROTOCOL 3, receive] */
import type { AnswerEvents, Question, Receiver } from '../core/types.ts';
import { nothing } from './engine.ts';
import { createGate } from './receiver.ts';

const LEAP = 1000;

/** How a bridge refuses a leap. It may mean something else: then asking without a number fails, too. */
export const isLeapRefused = (record: string): boolean => /^NO BAD_REQUEST\b/.test(record);

/**
 * Asks without a number, to learn the bridge's, and goes up from there.
 * @param question the one that was refused
 * @returns a way to give it up; `done` is not called then
 */
export const raiseReader = <C>(
  inner: Receiver<C>,
  { parameters: { key, from, reader } }: Question<C>,
  done: (raised: boolean) => void,
): (() => void) => {
  let stop = nothing;
  const ask = (number?: number): void => {
    let reached = -1;
    const gate = createGate<C>({
      record: (text) => {
        const words = text.split(' ');
        if (words[0] !== 'AT') return;
        reached = Number(words[2]);
        // Its bytes come again.
        gate.over(true);
      },
      data: nothing,
      alive: nothing,
      over: () => {
        if (reached < 0) done(false);
        else if (reached + LEAP >= Number(reader)) done(true);
        else ask(reached + LEAP);
      },
    });
    stop = gate.stop;
    const question = { verb: 'receive', parameters: { key, from, reader: number, hold: 0 }, payload: null };
    gate.release(inner.receive(() => question, gate).stop);
  };
  ask();
  return () => stop();
};

/** For answers that are not shared, whose numbers are of the same count. */
export const raising = <C>(inner: Receiver<C>): Receiver<C> => ({
  name: inner.name,
  kind: inner.kind,
  usable: inner.usable,
  receive: (ask, on) => {
    let question: Question<C>;
    const gate = createGate(on);
    const record = (text: string): void => {
      if (!isLeapRefused(text) || !question.parameters.key) return gate.record(text);
      answering.stop();
      const stop = raiseReader(inner, question, (raised) => {
        gate.record(raised ? 'AGAIN' : text);
        gate.over(true);
      });
      gate.release(stop);
    };
    const events: AnswerEvents<C> = { record, data: gate.data, alive: gate.alive, over: gate.over };
    const answering = inner.receive(() => {
      question = ask();
      return question;
    }, events);
    gate.release(answering.stop);
    return gate;
  },
});
