/** What posts carry: bytes until the bridge has them, and the end. */
import { expect, test } from 'vitest';
import { connected, type Lab, type LabOptions, prove } from './lab.ts';
import type { Post } from './script.ts';

/** A proven stream brings down; a bridge has room for 100 bytes. */
const begin = (options: LabOptions = {}): Lab & { sent: () => Post; carried: (from?: number) => unknown[] } => {
  const one = connected({ 'fetch-stream': 'stream', poll: 'poll' }, options);
  prove(one, one.last());
  const { posts } = one;
  return {
    ...one,
    sent: () => posts.at(-1) as Post,
    carried: (from = 0) => posts.slice(from).map(({ parameters, payload }) => [parameters.at, payload]),
  };
};

test('one post at a time carries what there is room for, from where the bridge stands', () => {
  const { session, posts, sent, carried } = begin({ mostBytes: 60 });
  session.write('a'.repeat(50));
  session.write('b'.repeat(200));
  expect(carried()).toEqual([[0, 'a'.repeat(50)]]);
  sent().done('OK 50 50 0');
  expect(carried(1)).toEqual([[50, 'b'.repeat(50)]]);
  sent().done('OK 100 100 0');
  expect(carried(2)).toEqual([[100, 'b'.repeat(60)]]);
  expect([session.up.taken, posts[0]?.parameters.key, posts[0]?.verb]).toEqual([100, 'key', 'send']);
});

test('a post that was lost, or answered by no bridge, is repeated at its offset, later each time', () => {
  const { session, clock, posts, sent, carried } = begin();
  session.write('hello');
  const waits: number[] = [];
  for (const line of [null, '<html>', 'OK', 'NO AWAY not just now', 'NO LIMIT not just now', null]) {
    const before = posts.length;
    sent().done(line);
    let ms = 0;
    for (; posts.length === before; ms += 1) clock.advance(1);
    waits.push(ms);
  }
  expect(waits).toEqual([50, 100, 200, 400, 800, 1600]);
  expect(carried()).toEqual(Array(7).fill([0, 'hello']));
  sent().done('OK 5 100 0');
  session.write('more');
  sent().done(null);
  clock.advance(50);
  expect(carried(7)).toEqual([
    [5, 'more'],
    [5, 'more'],
  ]);
});

test('a post that is lost again and again is halved, so that one that is cut after so many bytes comes through', () => {
  const { session, clock, posts, sent } = begin();
  session.down.info.up = 5000;
  session.write('x'.repeat(5000));
  for (let losses = 0; losses < 8; losses += 1) {
    sent().done(null);
    clock.advance(8000);
  }
  sent().done('OK 78 5000 0');
  expect(posts.map(({ payload }) => payload?.length)).toEqual([
    ...[5000, 5000, 5000, 5000, 4096, 2048],
    1024,
    1024,
    1024,
    4922,
  ]);
});

test('a post that says nothing for twenty seconds awake is given up and repeated', () => {
  const { session, clock, posts, carried } = begin();
  session.write('hello');
  clock.sleep(3_600_000);
  clock.advance(18_000);
  expect([posts.length, posts[0]?.isOver]).toEqual([1, false]);
  clock.advance(3000);
  expect([posts[0]?.isOver, carried()]).toEqual([
    true,
    [
      [0, 'hello'],
      [0, 'hello'],
    ],
  ]);
});

test('a body that is too large is halved until the bridge takes it, and refused for good where it is small', () => {
  const { session, sent, carried, posts, seen } = begin();
  session.down.info.up = 5000;
  session.write('x'.repeat(5000));
  for (let i = 0; i < 5; i += 1) sent().done('NO TOO_LARGE the body is too large: send it in parts');
  sent().done('OK 2048 5000 0');
  expect(posts.map(({ payload }) => payload?.length)).toEqual([5000, 5000, 5000, 5000, 4096, 2048, 2048]);
  expect(carried().at(-1)).toEqual([2048, 'x'.repeat(2048)]);
  for (let i = 0; i < 2; i += 1) sent().done('NO TOO_LARGE the body is too large: send it in parts');
  expect(seen.final?.code).toBe('TOO_LARGE');
});

test('where there is no room an empty post asks for some, and not at once again where it was told nothing', () => {
  const { session, clock, posts, sent, carried } = begin();
  session.write('x'.repeat(150));
  sent().done('OK 100 0 0');
  clock.advance(500);
  sent().done('OK 100 0 0');
  expect(posts).toHaveLength(2);
  clock.advance(50);
  clock.advance(9000);
  sent().done('OK 100 0 0');
  sent().done('OK 100 20 0');
  expect(carried(1)).toEqual([
    [100, null],
    [100, null],
    [100, null],
    [100, 'x'.repeat(20)],
  ]);
});

test('a bridge that stands elsewhere says where, and it goes on from there', () => {
  const { session, sent, carried, seen } = begin();
  session.write('hello world');
  sent().done('NO OFFSET up 6 94 bytes are missing');
  expect(carried(1)).toEqual([[6, 'world']]);
  sent().done('NO OFFSET up 12 94 bytes are missing');
  expect(seen.final).toEqual({ code: 'OFFSET', text: 'another page goes on with this session' });
});

test('the end goes with the last bytes and is repeated until the bridge says that it is there', () => {
  const { session, clock, posts, sent, carried } = begin();
  session.write('x'.repeat(120));
  session.end();
  sent().done('OK 100 100 0');
  sent().done('OK 120 100 0');
  clock.advance(50);
  sent().done('OK 120 100 0 END');
  clock.advance(10_000);
  expect(posts.map(({ parameters }) => parameters.end)).toEqual([undefined, 120, 120]);
  expect([carried(2), session.up.ended]).toEqual([[[120, null]], true]);
});

test('a failure of the bridge ends the session, and an end of the session is left to the reader', () => {
  const one = begin();
  one.session.write('hello');
  one.sent().done('NO GONE no such session');
  expect([one.seen.final, one.clock.due()]).toEqual([{ code: 'GONE', text: 'no such session' }, 0]);
  const other = begin();
  other.session.write('hello');
  other.sent().done('ERR RESET 5 0 the target broke the connection');
  other.clock.advance(10_000);
  expect([other.seen.final, other.posts.length]).toEqual([null, 1]);
  other.last().data('bytes');
  other.last().record('ERR RESET 5 0 the target broke the connection');
  expect([other.seen.received, other.seen.final?.code]).toEqual(['bytes', 'RESET']);
});
