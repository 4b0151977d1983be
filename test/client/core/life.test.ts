/** The ends of a session, what is left of it, a program that takes nothing, and a page that goes on with it. */
import { expect, test } from 'vitest';
import type { Saved } from '../../../client/core/session.ts';
import { connected, type Lab, lab, prove, type Ways } from './lab.ts';

const ways: Ways = { websocket: 'socket', 'fetch-stream': 'stream', poll: 'poll' };

const endings: [string, (one: Lab) => void][] = [
  ['runs', () => {}],
  ['writes', ({ session }) => session.write('hello')],
  ['is lost', ({ last }) => last().over(false)],
  ['waits for a post to be repeated', ({ session, posts }) => [session.write('hello'), posts[0]?.done(null)]],
  ['waits for bytes that were sent', ({ session }) => session.down.expect(60)],
  ['has a socket', ({ last }) => [last('websocket').open(), last('websocket').record('OK key 0 0 100')]],
];

test.each(endings)('nothing is asked and soon nothing is due after the end of a session that %s', (_name, act) => {
  const one = connected(ways);
  prove(one, one.last());
  act(one);
  one.session.close();
  const { length } = one.asked;
  expect(one.seen.final?.code).toBe('LEFT');
  expect(one.asked.filter(({ isOver }) => !isOver)).toEqual([]);
  expect(one.posts.filter(({ isOver }) => !isOver).map(({ verb }) => verb)).toEqual(['close']);
  one.clock.advance(8000);
  expect([one.asked.length, one.clock.due(), one.seen.events]).toEqual([length, 0, ['open', 'over LEFT']]);
});

test('nothing is due at all after the end of one that neither lost anything nor waits', () => {
  const one = connected(ways);
  prove(one, one.last());
  one.session.write('hello');
  one.session.close();
  expect(one.clock.due()).toBe(0);
});

test('a program that takes nothing is not asked for, and gives a sign four times in the time that it is kept', () => {
  let held = 0;
  const { session, clock, asked, last, posts } = connected({ poll: 'poll' }, { held: () => held });
  last().attach();
  last().data('hello');
  held = 5;
  last().record('AGAIN');
  last().over();
  const before = asked.length;
  for (let seconds = 0; seconds < 120; seconds += 1) {
    for (const post of posts) post.done('OK 0 100 5');
    clock.advance(1000);
  }
  expect([asked.length, posts.map(({ parameters }) => parameters.ack)]).toEqual([before, [0, 0, 0, 0, 0]]);
  posts.at(-1)?.done('OK 0 100 5');
  held = 0;
  session.took();
  expect([asked.length, last().question.parameters.from]).toEqual([before + 1, 5]);
  const signs = posts.length;
  clock.advance(34_000);
  expect(posts).toHaveLength(signs);
  session.close();
  expect(clock.due()).toBe(0);
});

test('nothing is due after the end of a session whose program takes nothing', () => {
  let held = 0;
  const { session, clock, last } = connected({ poll: 'poll' }, { held: () => held });
  held = 5;
  last().answer();
  clock.advance(1000);
  session.close();
  expect(clock.due()).toBe(0);
});

test('the last record of a session tells how it ended, and the bridge need not keep it', () => {
  const { session, last, posts, seen } = connected({ poll: 'poll' });
  last().attach();
  last().record('END', 'ERR CLOSED 0 7 both directions have ended');
  const final = { code: 'CLOSED', down: 0, up: 7, text: 'both directions have ended' };
  expect([seen.final, seen.events]).toEqual([final, ['open', 'end', 'over CLOSED']]);
  expect(posts.map(({ verb, parameters }) => [verb, parameters])).toEqual([['close', { key: 'key' }]]);
  session.close();
  session.end();
  session.write('nobody hears');
  expect([seen.events.length, posts.length]).toEqual([3, 1]);
  expect(() => session.write('after the end')).not.toThrow();
});

test('nothing can be written after the end of what is written', () => {
  const { session } = connected(ways);
  session.end();
  expect(() => session.write('more')).toThrow('write after end');
});

test('another page that goes on with a session is not disturbed, and a repeat of our own request is overtaken', () => {
  const { clock, last, posts, seen } = connected({ poll: 'poll' });
  last().record('MOVED 1');
  last().over();
  clock.advance(50);
  expect([last().question.parameters.reader, seen.final]).toEqual([2, null]);
  last().record('MOVED 7');
  expect([seen.final?.code, posts]).toEqual(['MOVED', []]);
});

test('a page that goes leaves without a word, and the next one goes on at both offsets and is told at once', () => {
  const one = connected(ways);
  prove(one, one.last());
  one.last().data('hello');
  one.session.write('1234');
  one.posts[0]?.done('OK 2 100 5');
  one.session.end();
  const saved = one.session.snapshot() as Saved<string>;
  one.session.leave();
  expect([one.session.snapshot(), one.seen.final, one.posts.every(({ verb }) => verb === 'send')]).toEqual([
    null,
    null,
    true,
  ]);
  const { session, last, posts, seen } = lab(ways, { saved });
  expect(last('fetch-stream').question.parameters).toMatchObject({ key: 'key', from: 5, hold: 0 });
  expect([session.up.written, posts.map(({ payload }) => payload)]).toEqual([4, []]);
  last('fetch-stream').attach();
  // What room there is, it has yet to be told.
  expect([seen.events, posts[0]?.parameters.at, posts[0]?.payload]).toEqual([['open'], 2, null]);
  posts[0]?.done('OK 2 50 5');
  expect([posts[1]?.payload, posts[1]?.parameters.end]).toEqual(['34', 4]);
});

test('a session without a key is nothing to go on with, and ends without a word', () => {
  const { session, posts, asked, clock } = lab(ways);
  expect(session.snapshot()).toBe(null);
  session.write('too early');
  session.close();
  expect([posts, asked.every(({ isOver }) => isOver), clock.due()]).toEqual([[], true, 0]);
});
