/** What a network or a bridge that is away for a while does to a session, and what it does not say about ways. */
import { expect, test } from 'vitest';
import { connected, prove, type Ways } from './lab.ts';

const streams: Ways = { 'fetch-stream': 'stream', 'xhr-stream': 'stream', poll: 'poll' };

test('a network that is away for four seconds says nothing about streams', () => {
  const one = connected(streams);
  const { session, clock, last, seen } = one;
  prove(one, last('fetch-stream'));
  for (let ms = 0; ms < 4000; ms += 5) {
    last().over(false);
    clock.advance(5);
  }
  expect([session.state, last().name, last().question.parameters.hold]).toEqual(['lost', 'poll', 0]);
  clock.advance(6000);
  last().answer();
  clock.advance(100);
  expect([session.state, last().name, last().isOver]).toEqual(['open', 'fetch-stream', false]);
  expect(seen.events).toEqual(['open']);
});

test.each(['AWAY', 'LIMIT', 'DRAINING', 'INTERNAL', 'TIMEOUT'])(
  'a bridge that says %s three times says nothing about streams',
  (code) => {
    const { session, clock, last } = connected(streams);
    for (let i = 0; i < 3; i += 1) {
      last().record(`NO ${code} not just now`);
      last().over();
      clock.advance(1000);
    }
    expect(last().name).toBe('poll');
    last().answer();
    clock.advance(100);
    expect([session.state, last().name]).toEqual(['open', 'fetch-stream']);
  },
);

test.each([
  [0, 0.5],
  [0.5, 1],
  [1, 1.5],
])('failures in a row wait twice as long each, up to five seconds, by chance %d times %d', (chance, factor) => {
  const { clock, last, asked } = connected({ poll: 'poll' });
  clock.chance = chance;
  const waits: number[] = [];
  for (let i = 0; i < 9; i += 1) {
    const before = asked.length;
    last().over(false);
    let ms = 0;
    for (; asked.length === before; ms += 1) clock.advance(1);
    waits.push(ms);
  }
  const steps = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000];
  expect(waits).toEqual(steps.map((ms) => ms * factor));
});

test('an answer that attaches ends the count of failures, and one that brought bytes begins it anew', () => {
  const { session, clock, last } = connected({ poll: 'poll' });
  for (let i = 0; i < 5; i += 1) {
    last().over(false);
    clock.advance(5000);
  }
  expect([session.down.failures, last().question.parameters.hold]).toEqual([5, 0]);
  last().attach();
  expect(session.down.failures).toBe(0);
  last().data('some');
  last().over(false);
  expect(session.down.failures).toBe(1);
});

// Found by seed 1 of the property of sessions: what was written stood still for as long as the stream lived.
test('a stream that another session found out goes on, and what is written then goes up by itself', () => {
  const one = connected({ 'fetch-stream': 'stream', exchange: 'exchange' });
  const stream = one.last('fetch-stream');
  prove(one, stream);
  one.choice.fails(one.choice.next());
  one.session.write('hello');
  expect([one.posts.map(({ payload }) => payload), one.last()]).toEqual([['hello'], stream]);
});
