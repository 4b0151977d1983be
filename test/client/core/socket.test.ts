/** What goes up by posts while a socket or a stream is open, against answers that are written out. */
import { expect, test } from 'vitest';
import { createChoice } from '../../../client/core/choice.ts';
import { createSession } from '../../../client/core/session.ts';
import type { AnswerEvents, Clock, Kind, Parameters, Question, Receiver, Sender } from '../../../client/core/types.ts';
import { stringEdge } from '../../../client/transport/edge.ts';

/** Time stands still; what is due at once runs when it is told to. */
const stillClock = (): Clock & { run(): void } => {
  const due: (() => void)[] = [];
  return {
    now: () => 0,
    random: () => 0,
    setTimer: (run, ms) => {
      if (ms === 0) due.push(run);
      return () => due.splice(0, due.length, ...due.filter((other) => other !== run));
    },
    run: () => {
      for (const one of due.splice(0)) one();
    },
  };
};

interface Posted {
  parameters: Parameters;
  payload: string | null;
  answer(line: string): void;
}

/** A session with a poll, which connects, and what else a test gives it; a socket opens when the test says so. */
const begin = (kinds: Kind[] = ['socket', 'poll']) => {
  const answers: { [name: string]: AnswerEvents<string> } = {};
  const said: string[] = [];
  const posted: Posted[] = [];
  let open = (): void => {};
  const receivers = kinds.map(
    (kind): Receiver<string> => ({
      name: kind,
      kind,
      usable: () => true,
      receive: (ask: () => Question<string>, on) => {
        answers[kind] = on;
        if (kind === 'socket') open = () => void ask();
        else ask();
        return { stop: () => {}, write: (chunk) => said.push(chunk), say: (record) => said.push(record) };
      },
    }),
  );
  const sender: Sender<string> = {
    mostBytes: 4,
    send: (_, { parameters, payload }, done) => {
      posted.push({ parameters, payload, answer: done });
      return () => {};
    },
  };
  const clock = stillClock();
  const choice = createChoice(receivers, clock, { load: () => '', save: () => {} });
  let reader = 0;
  const nothing = (): void => {};
  const session = createSession<string>({
    bytes: stringEdge,
    clock,
    choice,
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
  const first = answers[kinds.at(-1) as Kind];
  for (const record of ['OK key', 'INFO up=4 window=100 hold=25', 'AT 0 0']) first?.record(record);
  return { session, said, posted, answers, first, receivers, choice, clock, open: () => open() };
};

// Found by seed 93444578 of the property of sessions: the stack ran over, and no byte was sent any more.
test('bytes that a waiting post brings past an open socket are not asked of it, and posts go on', () => {
  const { session, said, posted, answers, open } = begin();
  session.write('123456789');
  expect(posted.map(({ payload }) => payload)).toEqual(['1234']);
  open();
  // The post has no room yet; the socket begins before it.
  answers.socket?.record('OK key 0 0 0');
  posted[0]?.answer('OK 4 4 0');
  expect([said, posted.map(({ payload }) => payload)]).toEqual([[], ['1234', '5678']]);
  posted[1]?.answer('OK 8 4 0');
  session.end();
  posted[2]?.answer('OK 9 4 0');
  expect(posted.slice(2).map(({ payload, parameters }) => [payload, parameters.at, parameters.end])).toEqual([
    ['9', 8, undefined],
    [null, 9, 9],
  ]);
});

test('a socket that begins where a post was taken carries what comes after it', () => {
  const { session, said, posted, answers, open } = begin();
  session.write('123456789');
  open();
  answers.socket?.record('OK key 0 4 4');
  posted[0]?.answer('OK 4 4 0');
  expect([said, posted]).toEqual([['5678'], [expect.anything()]]);
});

// Found by seed 1 of the property of sessions: what was written stood still for as long as the stream lived.
test('a verdict of another session, for exchanges, holds no write back that is beside an open stream', () => {
  const { session, posted, answers, first, receivers, choice } = begin(['stream', 'exchange']);
  first?.record('AGAIN');
  first?.over(true);
  answers.stream?.record('AT 0 1');
  choice.fails(receivers[0] as Receiver<string>);
  session.write('1234');
  expect(posted.map(({ payload }) => payload)).toEqual(['1234']);
});

test('a socket whose OK was overtaken by the answer of a post is given nothing at a wrong offset', () => {
  const { session, said, posted, answers, open } = begin();
  session.write('123456789');
  open();
  posted[0]?.answer('OK 4 4 0');
  answers.socket?.record('OK key 0 0 4');
  expect([said, posted.map(({ payload }) => payload)]).toEqual([[], ['1234', '5678']]);
});
