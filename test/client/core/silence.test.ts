/** How long silence is borne, by what was proven before, and what it says about a way. */
import { expect, test } from 'vitest';
import { connected, prove, type Ways } from './lab.ts';

const streams: Ways = { 'fetch-stream': 'stream', 'xhr-stream': 'stream', poll: 'poll' };

test('a stream that says nothing by itself for two seconds speaks against all streams', () => {
  const { clock, last } = connected(streams);
  last('fetch-stream').attach();
  clock.advance(2000);
  expect(last().name).toBe('fetch-stream');
  clock.advance(500);
  expect([last().name, last('xhr-stream'), last('fetch-stream').isOver]).toEqual(['poll', undefined, true]);
});

test.each([
  [50, 'xhr-stream'],
  [150, 'fetch-stream'],
])('a small record %d ms before the end of its answer leaves the choice at %s', (ms, name) => {
  const { clock, last } = connected(streams);
  for (let i = 0; i < 3; i += 1) {
    last().attach();
    last().record('PING');
    clock.advance(ms);
    last().over(false);
    clock.advance(100);
  }
  expect(last().name).toBe(name);
});

test('a stream that was proven stays so, though another small record comes with its end', () => {
  const one = connected(streams);
  for (let i = 0; i < 3; i += 1) {
    prove(one, one.last());
    one.last().record('PING');
    one.last().over(false);
    one.clock.advance(100);
  }
  expect(one.last().name).toBe('fetch-stream');
});

test('a proven stream that falls silent is asked again after 2.25 pings, and nothing speaks against it', () => {
  const one = connected(streams);
  const { clock, last, asked } = one;
  const stream = last();
  prove(one, stream);
  clock.advance(44_000);
  expect(stream.isOver).toBe(false);
  clock.advance(1500);
  expect(stream.isOver).toBe(true);
  expect([asked.at(-1)?.name, last().question.parameters.reader]).toEqual(['fetch-stream', 2]);
});

test('an hour of sleep is no silence, and what the network is silent for then counts', () => {
  const one = connected(streams);
  const { clock, last } = one;
  const stream = last();
  prove(one, stream);
  clock.sleep(3_600_000);
  clock.advance(30_000);
  expect(stream.isOver).toBe(false);
  stream.record('PING');
  clock.sleep(3_600_000);
  clock.advance(43_000);
  expect(stream.isOver).toBe(false);
  clock.advance(3000);
  expect([stream.isOver, last().name]).toEqual([true, 'fetch-stream']);
});

test('a poll is dead ten seconds after it should have been answered', () => {
  const { clock, last, asked } = connected({ poll: 'poll' });
  const before = asked.length;
  clock.advance(35_000);
  expect(asked).toHaveLength(before);
  clock.advance(500);
  expect([asked.length, last().question.parameters.from]).toEqual([before + 1, 0]);
});

test('an unproven stream that holds back for two seconds what the bridge has sent speaks against all', () => {
  const { session, clock, last, posts } = connected(streams);
  const stream = last();
  stream.attach();
  session.write('question');
  clock.advance(1000);
  posts[0]?.done('OK 8 100 60');
  clock.advance(500);
  // Something on the way fills in what keeps the answer open.
  stream.alive();
  clock.advance(1499);
  expect(stream.isOver).toBe(false);
  // It is looked at every quarter of a second.
  clock.advance(251);
  expect([last().name, stream.isOver]).toEqual(['poll', true]);
});

test('an hour of sleep is no holding back', () => {
  const { session, clock, last, posts, choice } = connected(streams);
  last().attach();
  session.write('question');
  posts[0]?.done('OK 8 100 60');
  clock.sleep(3_600_000);
  clock.advance(0);
  expect(choice.next().name).toBe('fetch-stream');
});

test('a proven stream that lost two seconds of packets is asked again, and nothing speaks against it', () => {
  const one = connected(streams);
  const { session, clock, last, posts } = one;
  const stream = last();
  prove(one, stream);
  stream.data('x'.repeat(50));
  session.write('question');
  posts[0]?.done('OK 8 100 60');
  clock.advance(2251);
  expect(last()).not.toBe(stream);
  expect([last().name, last().question.parameters.from]).toEqual(['fetch-stream', 50]);
});

test('where some of what was sent has come meanwhile, or nothing is owed, a stream goes on', () => {
  const one = connected(streams);
  const { session, clock, last, posts } = one;
  const stream = last();
  prove(one, stream);
  session.write('one');
  posts[0]?.done('OK 3 100 60');
  clock.advance(1500);
  stream.data('x'.repeat(60));
  session.write('two');
  posts[1]?.done('OK 6 100 60');
  clock.advance(5000);
  expect([last(), stream.isOver]).toEqual([stream, false]);
});
