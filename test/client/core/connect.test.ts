/** The connect of a session: its nonce, answers that are lost on the way, and refusals. [PROTOCOL 3] */
import { expect, test } from 'vitest';
import { connected, INFO, lab, type Ways } from './lab.ts';

const ways: Ways = { 'fetch-stream': 'stream', poll: 'poll' };

test('a connect goes by the surest way, and the best way follows it with the key', () => {
  const { asked, seen } = connected(ways);
  expect(asked.map(({ name, question }) => [name, question.verb])).toEqual([
    ['poll', 'connect'],
    ['fetch-stream', 'receive'],
  ]);
  expect(asked[0]?.question.parameters).toEqual({ nonce: 'nonce 1', to: 'tcp://target:1' });
  expect(asked[1]?.question.parameters).toMatchObject({ key: 'key', from: 0, reader: 1 });
  expect(seen.events).toEqual(['open']);
});

test('a connect whose answer was lost is repeated with its nonce', () => {
  const { asked, clock, last, seen } = lab(ways);
  last().over(false);
  clock.advance(50);
  last().record('OK key');
  last().over(false);
  clock.advance(50);
  expect(asked.map(({ question }) => question.parameters.nonce)).toEqual(['nonce 1', 'nonce 1', undefined]);
  expect(last().question.parameters).toMatchObject({ key: 'key', from: 0, reader: 1 });
  last().attach();
  expect(seen.events).toEqual(['open']);
});

test('a nonce that somebody has used up is replaced, and one whose dial another repeat took over is not', () => {
  const { clock, last, seen } = lab(ways);
  const moved = (record: string): unknown => {
    last().record(record);
    last().over();
    clock.advance(10_000);
    return last().question.parameters.nonce;
  };
  expect([moved('MOVED 0'), moved('MOVED 3'), moved('MOVED 0')]).toEqual(['nonce 1', 'nonce 2', 'nonce 2']);
  expect(seen.final).toBe(null);
});

test('a bridge that cannot be reached is given up after a minute, and told nothing', () => {
  const { asked, clock, last, seen, posts } = lab(ways);
  for (let ms = 0; ms < 60_000; ms += 100) {
    last().over(false);
    clock.advance(100);
  }
  expect(seen.final).toBe(null);
  expect(new Set(asked.map(({ question }) => question.parameters.nonce))).toEqual(new Set(['nonce 1']));
  clock.advance(10_000);
  last().over(false);
  const { length } = asked;
  clock.advance(10_000);
  expect([seen.final?.code, posts, asked.length, clock.due()]).toEqual(['NO_ANSWER', [], length, 0]);
});

test('a bridge that takes connects and never answers is asked again after half a minute, and given up', () => {
  const { asked, clock, seen } = lab(ways);
  clock.advance(29_000);
  expect(asked).toHaveLength(1);
  clock.advance(2000);
  expect([asked[0]?.isOver, asked.length, asked[1]?.question.parameters.nonce]).toEqual([true, 2, 'nonce 1']);
  clock.advance(31_000);
  expect([seen.final?.code, asked.length]).toEqual(['NO_ANSWER', 2]);
});

test.each(['AWAY', 'LIMIT', 'DRAINING', 'REFUSED', 'DENIED_TARGET'])(
  'a connect that is refused by %s is over',
  (code) => {
    const { asked, clock, last, seen, posts } = lab(ways);
    last().record(`NO ${code} in so many words`);
    last().over();
    clock.advance(10_000);
    expect(seen.final).toEqual({ code, text: 'in so many words' });
    expect([asked.length, posts]).toEqual([1, []]);
  },
);

test.each(['AWAY', 'LIMIT', 'DRAINING'])('a session that is refused by %s for a while goes on', (code) => {
  const { session, clock, last, seen } = connected(ways);
  last().record(`NO ${code} in so many words`);
  last().over();
  expect([session.state, seen.final]).toEqual(['lost', null]);
  clock.advance(50);
  last().attach();
  expect(session.state).toBe('open');
});

test.each(['GONE', 'BAD_REQUEST', 'OFFSET'])('a session that is refused by %s is over', (code) => {
  const { last, seen } = connected(ways);
  last().record(`NO ${code} in so many words`);
  expect(seen.final).toEqual({ code, text: 'in so many words' });
});

test('what begins elsewhere, or for another reader, or has no beginning, is not from our bridge', () => {
  const { asked, clock, last, seen } = connected({ poll: 'poll' });
  const wrong = [() => last().record('AT 7 1'), () => last().record('AT 0 9'), () => last().data('hello')];
  for (const say of wrong) {
    const before = last();
    say();
    expect(before.isOver).toBe(true);
    clock.advance(10_000);
  }
  expect([asked.length, seen.received, seen.final]).toEqual([5, '', null]);
});

test('the connect tells what it is in the answer that brings the first bytes', () => {
  const { last, seen, session } = lab(ways);
  last().record('OK key', INFO);
  last().attach();
  last().data('hello');
  last().record('END', 'AGAIN');
  last().over();
  expect([seen.events, seen.received, session.down.info.window]).toEqual([['open', 'end'], 'hello', 400]);
  expect(last().question.parameters).toMatchObject({ from: 5, ended: 1 });
});
