/** Verdicts about ways: what makes one, how long it lasts, and what a later page reads of it. */
import { expect, test } from 'vitest';
import { createChoice } from '../../../client/core/choice.ts';
import type { Kind, Receiver } from '../../../client/core/types.ts';
import { createClock } from './clock.ts';
import { createMemory, type Ways } from './lab.ts';

const HALF_AN_HOUR = 30 * 60_000;
const all: Ways = { websocket: 'socket', 'fetch-stream': 'stream', 'xhr-stream': 'stream', 'xhr-poll': 'poll' };

const way = (name: string, kind: Kind, usable = true): Receiver<string> => ({
  name,
  kind,
  usable: () => usable,
  receive: () => ({ stop: () => {} }),
});

const choose = (ways: Ways = all, { memory = createMemory(), clock = createClock() } = {}) => {
  const receivers = Object.entries(ways).map(([name, kind]) => way(name, kind));
  const choice = createChoice(receivers, clock, memory);
  const by = (name: string): Receiver<string> => receivers.find((one) => one.name === name) as Receiver<string>;
  const now = () => [choice.trial()?.name, choice.next().name];
  return { choice, clock, memory, by, now };
};

test('the best of all is next, a socket is tried beside it, and a poll is for the connect', () => {
  const { choice, now } = choose();
  expect([...now(), choice.first().name]).toEqual(['websocket', 'fetch-stream', 'xhr-poll']);
});

test('where there is no poll the plainest is for the connect, be it a socket', () => {
  expect(choose({ 'fetch-stream': 'stream', exchange: 'exchange' }).choice.first().name).toBe('exchange');
  const { choice } = choose({ websocket: 'socket' });
  expect([choice.first().name, choice.next().name]).toEqual(['websocket', 'websocket']);
});

test('what the engine has not is passed over, and an engine that has nothing is told so', () => {
  const clock = createClock();
  const lacks = [way('fetch-stream', 'stream', false), way('xhr-stream', 'stream'), way('xhr-poll', 'poll', false)];
  const choice = createChoice(lacks, clock, createMemory());
  expect([choice.next().name, choice.first().name]).toEqual(['xhr-stream', 'xhr-stream']);
  expect(() => createChoice([way('xhr-poll', 'poll', false)], clock, createMemory())).toThrow('no way');
});

test('what holds one way back speaks against all of its kind for half an hour, and no longer', () => {
  const { choice, clock, by, now } = choose();
  choice.fails(by('xhr-stream'));
  expect(now()).toEqual(['websocket', 'xhr-poll']);
  clock.advance(HALF_AN_HOUR - 1);
  expect(now()).toEqual(['websocket', 'xhr-poll']);
  clock.advance(1);
  expect(now()).toEqual(['websocket', 'fetch-stream']);
});

test('a way that breaks again and again is passed over by itself', () => {
  const { choice, clock, by, now } = choose();
  choice.cut(by('fetch-stream'));
  expect(now()).toEqual(['websocket', 'xhr-stream']);
  clock.advance(HALF_AN_HOUR);
  expect(now()).toEqual(['websocket', 'fetch-stream']);
});

test('what works is good at once, and says nothing of the others of its kind', () => {
  const { choice, by, now } = choose();
  choice.fails(by('fetch-stream'));
  choice.works(by('xhr-stream'));
  expect(now()).toEqual(['websocket', 'xhr-stream']);
});

test('the surest way is asked again however often it is cut', () => {
  const { choice, by, memory } = choose({ 'xhr-poll': 'poll', exchange: 'exchange' });
  for (let i = 0; i < 9; i += 1) choice.cut(by('xhr-poll'));
  expect([choice.next().name, choice.first().name, memory.text]).toEqual(['xhr-poll', 'xhr-poll', '']);
});

test('a verdict is kept as a name with the moment of its end, and counts for the next page', () => {
  const { choice, clock, memory, by } = choose();
  const until = clock.now() + HALF_AN_HOUR;
  choice.fails(by('xhr-stream'));
  choice.fails(by('websocket'));
  expect(memory.text.split(',')).toEqual([`fetch-stream ${until}`, `xhr-stream ${until}`, `websocket ${until}`]);
  const later = choose(all, { memory, clock });
  expect(later.now()).toEqual([undefined, 'xhr-poll']);
  clock.advance(HALF_AN_HOUR);
  expect(later.now()).toEqual(['websocket', 'fetch-stream']);
});

test('a way that works stays so on the next page, and nothing is kept that is known', () => {
  const { choice, clock, memory, by } = choose();
  choice.works(by('fetch-stream'));
  expect(memory.text).toBe('');
  choice.fails(by('fetch-stream'));
  choice.works(by('fetch-stream'));
  expect(choose(all, { memory, clock }).now()).toEqual(['websocket', 'fetch-stream']);
});

test('what one page keeps does not forget what a page before it kept', () => {
  const clock = createClock();
  const memory = createMemory(`websocket ${clock.now() + 1000}`);
  const { choice, by } = choose(all, { memory, clock });
  choice.fails(by('xhr-stream'));
  expect(choose(all, { memory, clock }).now()).toEqual([undefined, 'xhr-poll']);
});

test('a verdict of a clock that was ahead does not count, and neither does a text that makes no sense', () => {
  const clock = createClock();
  const farAway = clock.now() + HALF_AN_HOUR + 1;
  const texts = [`websocket ${farAway},fetch-stream ${farAway}`, 'websocket', ',', 'websocket x,fetch-stream -1', '{}'];
  for (const text of texts) {
    expect(choose(all, { memory: createMemory(text), clock }).now()).toEqual(['websocket', 'fetch-stream']);
  }
});
