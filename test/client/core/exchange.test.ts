/** What exchanges carry up and when one is asked anew, against answers that are written out. */
import { expect, test } from 'vitest';
import { createChoice } from '../../../client/core/choice.ts';
import { createSession } from '../../../client/core/session.ts';
import type { AnswerEvents, Bytes, Clock, Question, Receiver, Sender } from '../../../client/core/types.ts';

const bytes: Bytes<string> = {
  size: (chunk) => chunk.length,
  cut: (chunk, from, to) => chunk.slice(from, to),
  join: (chunks) => chunks.join(''),
};

/** Time stands still; what is due at once runs when it is told to. */
const stillClock = (): Clock & { run(): void } => {
  const due: (() => void)[] = [];
  return {
    now: () => 0,
    random: () => 0,
    setTimer: (run, ms) => {
      const one = (): void => run();
      if (ms === 0) due.push(one);
      return () => due.splice(0, due.length, ...due.filter((other) => other !== one));
    },
    run: () => {
      for (const one of due.splice(0)) one();
    },
  };
};

interface Asked {
  question: Question<string>;
  stopped: boolean;
  /** Tells these records, then that the answer is over where the last is AGAIN. */
  answer(...records: string[]): void;
}

const begin = () => {
  const asked: Asked[] = [];
  const receive = (ask: () => Question<string>, on: AnswerEvents<string>) => {
    const one: Asked = {
      question: ask(),
      stopped: false,
      answer: (...records) => {
        for (const text of records) if (!one.stopped) on.record(text);
        if (!one.stopped && records.at(-1) === 'AGAIN') on.over(true);
      },
    };
    asked.push(one);
    return {
      stop: () => {
        one.stopped = true;
      },
    };
  };
  const exchange: Receiver<string> = { name: 'exchange', kind: 'exchange', usable: () => true, receive };
  const sender: Sender<string> = { mostBytes: 4, send: () => () => {} };
  const clock = stillClock();
  let reader = 0;
  const nothing = (): void => {};
  const session = createSession<string>({
    bytes,
    clock,
    choice: createChoice([exchange], clock, { load: () => '', save: nothing }),
    sender,
    verb: 'connect',
    connect: { to: 'tcp://target:1' },
    makeNonce: () => 'a nonce that nobody guesses',
    nextReader: () => {
      reader += 1;
      return reader;
    },
    saved: null,
    on: { open: nothing, data: nothing, end: nothing, over: nothing, change: nothing, save: nothing },
  });
  clock.run();
  const last = (): Asked => asked.at(-1) as Asked;
  last().answer('OK key', 'INFO up=4 window=100 hold=25', 'AT 0 0', 'AGAIN');
  return { session, asked, last };
};

test('an answer that tells of no room is read on: it may tell of room', () => {
  const { session, asked, last } = begin();
  session.write('12345678');
  expect(last().question.payload).toBe('1234');
  const before = asked.length;
  last().answer('OK 4 0 0', `AT 0 ${last().question.parameters.reader}`, 'ACK 4 4', 'AGAIN');
  expect(asked.slice(before).map(({ question }) => question.payload)).toEqual(['5678']);
});

test('a write does not disturb an exchange that waits for room', () => {
  const { session, asked, last } = begin();
  session.write('1234');
  last().answer('OK 4 0 0', `AT 0 ${last().question.parameters.reader}`);
  const before = asked.length;
  session.write('5678');
  expect(asked).toHaveLength(before);
  last().answer('ACK 4 4', 'AGAIN');
  expect(last().question.payload).toBe('5678');
});

test('a write ends the waiting of an exchange that carries nothing', () => {
  const { session, last } = begin();
  const waiting = last();
  expect(waiting.question.payload).toBe(null);
  session.write('12');
  expect([waiting.stopped, last().question.payload]).toEqual([true, '12']);
});
