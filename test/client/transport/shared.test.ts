/** One held answer for several sessions, against a real bridge and against answers that a test writes itself. */
import './fake-xhr.ts';
import { afterEach, describe, expect, test } from 'vitest';
import type { AnswerEvents, Question, Receiver } from '../../../client/core/types.ts';
import { stringEdge } from '../../../client/transport/edge.ts';
import { createShared } from '../../../client/transport/shared.ts';
import { xhrPoll, xhrStream } from '../../../client/transport/xhr-receivers.ts';
import { useBridge } from '../../support/bridge.ts';
import { startTarget } from '../../support/targets.ts';
import { Asked, connectTo, open, receiveOf } from './asked.ts';
import { live, sent } from './fake-xhr.ts';

const suite = useBridge();
const base = (): string => `${suite.url}/`;

afterEach(() => {
  expect([...live]).toEqual([]);
});

const lastBody = (): string => String(sent.at(-1)?.body);

/** A session with its peer at the target. */
const session = async () => {
  const target = await suite.closing(startTarget());
  const key = await open(xhrPoll(stringEdge, base()), target.to);
  return { key, peer: await target.peer() };
};

describe.each([
  ['a poll', xhrPoll],
  ['a stream', xhrStream],
] as const)('%s', (_, make) => {
  test('sessions that ask in the same turn are answered by one request, each with its own', async () => {
    const [one, other] = await Promise.all([session(), session()]);
    const shared = createShared(make(stringEdge, base()));
    const first = new Asked(shared, receiveOf(one.key, 0, 3));
    const second = new Asked(shared, receiveOf(other.key, 0, 4));
    one.peer.socket.write('for one');
    other.peer.socket.write('for the other');
    await first.until(({ chunks, whole }) => chunks.length > 0 || whole !== null);
    await second.until(({ chunks, whole }) => chunks.length > 0 || whole !== null);
    expect(lastBody()).toMatch(/key=.*from=0.*key=.*from=0/);
    // A poll may have ended with what the other target had said.
    expect(['for one', '']).toContain(first.chunks.join(''));
    expect(['for the other', '']).toContain(second.chunks.join(''));
    expect(`${first.chunks.join('')}${second.chunks.join('')}`).not.toBe('');
    expect([first.records[0], second.records[0]]).toEqual(['AT 0 3', 'AT 0 4']);
    first.answering.stop();
    second.answering.stop();
  });

  test('the end of one session ends its answer, and the rest flows on or is asked for again', async () => {
    const one = await session();
    const shared = createShared(make(stringEdge, base()));
    const gone = new Asked(shared, receiveOf('nobody', 0, 1));
    const kept = new Asked(shared, receiveOf(one.key, 0, 2));
    await gone.over();
    expect(gone.said('NO')).toMatch(/^GONE/);
    await kept.until(({ records }) => records.includes('AT 0 2'));
    kept.answering.stop();
  });
});

test('a new session ends the held answer, which is asked for again together with it', async () => {
  const [one, other] = await Promise.all([session(), session()]);
  const shared = createShared(xhrStream(stringEdge, base()));
  const first = await new Asked(shared, receiveOf(one.key, 0, 1)).until(({ records }) => records.length > 0);
  const second = new Asked(shared, receiveOf(other.key, 0, 2));
  await first.over();
  expect([first.records.at(-1), first.whole]).toEqual(['AGAIN', true]);
  const again = new Asked(shared, receiveOf(one.key, 0, 3));
  await Promise.all([second, again].map((asked) => asked.until(({ records }) => records.length > 0)));
  expect([second.records[0], again.records[0]]).toEqual(['AT 0 2', 'AT 0 3']);
  expect(live.size).toBe(1);
  second.answering.stop();
  again.answering.stop();
});

test('a connect is not shared', async () => {
  const target = await suite.closing(startTarget());
  const shared = createShared(xhrPoll(stringEdge, base()));
  const answer = await new Asked(shared, connectTo(target.to)).over();
  expect(answer.said('OK')).toMatch(/./);
});

/** A receiver whose answers the test writes. */
const written = () => {
  const answers: { question: Question<string>; on: AnswerEvents<string>; stopped: boolean }[] = [];
  let wake = (): void => {};
  const inner: Receiver<string> = {
    name: 'xhr-written',
    kind: 'poll',
    usable: () => true,
    receive: (ask, on) => {
      const answer = { question: ask(), on, stopped: false };
      answers.push(answer);
      wake();
      return {
        stop: () => {
          answer.stopped = true;
        },
      };
    },
  };
  const answer = async (index: number) => {
    while (answers.length <= index) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return answers[index] as (typeof answers)[0];
  };
  return { shared: createShared(inner), answer };
};

test('numbers of readers are those that each session asked with, unless another page took it over', async () => {
  const { shared, answer } = written();
  const asked = [5, 6, 9].map((reader) => new Asked(shared, receiveOf(`k${reader}`, 0, reader)));
  const { on, question } = await answer(0);
  expect(question.parameters.reader).toBe(9);
  for (const line of ['SESSION 0', 'MOVED 9', 'SESSION 1', 'MOVED 10', 'SESSION 2', 'AT 0 9', 'PING']) on.record(line);
  on.data('bytes');
  expect(asked.map(({ records }) => records)).toEqual([['MOVED 5'], ['MOVED 10'], ['AT 0 9', 'PING']]);
  expect(asked.map(({ whole }) => whole)).toEqual([true, true, null]);
  on.over(false);
  expect([asked[2]?.whole, asked[2]?.chunks]).toEqual([false, ['bytes']]);
});

test('a failure of the whole request is told to all', async () => {
  const { shared, answer } = written();
  const asked = [1, 2].map((reader) => new Asked(shared, receiveOf(`k${reader}`, 0, reader)));
  const { on } = await answer(0);
  on.record('NO LIMIT too many');
  on.over(true);
  expect(asked.map(({ records, whole }) => [records, whole])).toEqual(Array(2).fill([['NO LIMIT too many'], true]));
});

test('one that has seen the end of its target is asked for beside others, briefly, and with others like it', async () => {
  const { shared, answer } = written();
  const ended = { ended: 1 };
  const seen = new Asked(shared, receiveOf('k1', 7, 1, ended));
  const unseen = new Asked(shared, receiveOf('k2', 0, 2));
  const [first, second] = [await answer(0), await answer(1)];
  expect(first.question).toMatchObject({ parameters: { reader: 2 }, more: '&key=k2&from=0' });
  expect(second.question).toMatchObject({ parameters: { reader: 1, ended: 1, hold: 0 }, more: '&key=k1&from=7' });
  for (const line of ['AT 7 1', 'AGAIN']) second.on.record(line);
  second.on.over(true);
  expect([seen.whole, unseen.whole, first.stopped]).toEqual([true, null, false]);
  for (const line of ['AT 0 2', 'END', 'AGAIN']) first.on.record(line);
  first.on.over(true);
  for (const key of ['k1', 'k2']) new Asked(shared, receiveOf(key, 7, 3, ended));
  const { question } = await answer(2);
  expect(question).toMatchObject({ parameters: { reader: 3, ended: 1 }, more: '&key=k1&from=7&key=k2&from=7' });
  expect(question.parameters.hold).toBeUndefined();
});

test('a number that is too high for one session is reached by steps, and the rest flows on', async () => {
  const { shared, answer } = written();
  const [late, other] = [1, 2].map((key) => new Asked(shared, receiveOf(`k${key}`, 5, 2500 + key)));
  const first = await answer(0);
  for (const line of ['SESSION 0', 'NO BAD_REQUEST too far', 'SESSION 1', 'AT 5 2502']) first.on.record(line);
  const steps = [
    [undefined, 11],
    [1011, 1011],
    [2011, 2011],
  ] as const;
  for (const [index, [reader, reached]] of steps.entries()) {
    const { on, question } = await answer(index + 1);
    expect(question.parameters).toEqual({ key: 'k1', from: 5, reader, hold: 0 });
    on.record(`AT 5 ${reached}`);
  }
  expect([late?.records, late?.whole]).toEqual([['AGAIN'], true]);
  first.on.data('bytes');
  first.on.over(true);
  expect([other?.chunks, other?.whole]).toEqual([['bytes'], true]);
});

test('what is refused for another reason is told', async () => {
  const { shared, answer } = written();
  const asked = new Asked(shared, receiveOf('k', 0, 1));
  const refusal = 'NO BAD_REQUEST no number';
  for (const index of [0, 1]) {
    const { on } = await answer(index);
    on.record(refusal);
    on.over(true);
  }
  expect([asked.records, asked.whole]).toEqual([[refusal], true]);
});

test('the seventeenth session waits for its turn, and an answer that nobody listens to is stopped', async () => {
  const { shared, answer } = written();
  const asked = Array.from({ length: 17 }, (_, i) => new Asked(shared, receiveOf(`k${i}`, 0, i)));
  const first = await answer(0);
  expect((first.question as { more?: string }).more?.match(/&key=/g)).toHaveLength(16);
  first.on.record('AGAIN');
  first.on.over(true);
  expect(asked.map(({ whole }) => whole)).toEqual([...Array(16).fill(true), null]);
  const second = await answer(1);
  expect((second.question as { more?: string }).more).toBe('&key=k16&from=0');
  asked[16]?.answering.stop();
  expect(second.stopped).toBe(true);
});
