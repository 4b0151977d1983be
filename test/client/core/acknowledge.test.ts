/** When what has come is acknowledged, and by what. */
import { expect, test } from 'vitest';
import { connected, type Lab, type LabOptions, prove } from './lab.ts';
import type { Post } from './script.ts';

/** A proven stream brings down; its window is 400 bytes. */
const begin = (options: LabOptions = {}): Lab & { sent: () => Post } => {
  const one = connected({ 'fetch-stream': 'stream', poll: 'poll' }, options);
  prove(one, one.last());
  return { ...one, sent: () => one.posts.at(-1) as Post };
};

test('a quarter of the window is acknowledged by a post, and what is less by the next question', () => {
  const { posts, last, sent, session } = begin();
  last().data('x'.repeat(99));
  expect(posts).toEqual([]);
  last().data('x');
  expect(sent().parameters).toMatchObject({ ack: 100 });
  sent().done('OK 0 100 100');
  expect(session.down.acknowledged).toBe(100);
  last().data('x'.repeat(50));
  last().record('AGAIN');
  last().over();
  expect([last().question.parameters.from, posts.length]).toEqual([150, 1]);
});

test('an acknowledgement whose post was lost is repeated, and a newer one goes in its place', () => {
  const { clock, posts, last, sent } = begin();
  last().data('x'.repeat(100));
  sent().done(null);
  clock.advance(50);
  last().data('x'.repeat(30));
  sent().done('NO AWAY not just now');
  clock.advance(100);
  sent().done('OK 0 100 130');
  clock.advance(10_000);
  expect(posts.map(({ parameters }) => parameters.ack)).toEqual([100, 100, 130]);
});

test('bytes and an acknowledgement go together', () => {
  const { session, last, posts, sent } = begin();
  session.write('one');
  session.write('two');
  last().data('x'.repeat(100));
  sent().done('OK 3 100 100');
  expect([posts.length, sent().parameters, sent().payload]).toEqual([
    2,
    { at: 3, end: undefined, key: 'key', ack: 100 },
    'two',
  ]);
});

test('a stream acknowledges what the program has taken, and no more', () => {
  let held = 0;
  const { session, last, posts } = begin({ held: () => held });
  held = 150;
  last().data('x'.repeat(150));
  expect(posts).toEqual([]);
  held = 40;
  session.took();
  expect(posts.map(({ parameters }) => parameters.ack)).toEqual([110]);
});

test('a socket acknowledges each quarter of the window', () => {
  const { last } = connected({ websocket: 'socket', poll: 'poll' });
  const socket = last('websocket');
  socket.open();
  socket.record('OK key 0 0 100');
  socket.data('x'.repeat(99));
  expect(socket.sent).toEqual([]);
  socket.data('x');
  socket.data('x'.repeat(100));
  expect(socket.sent).toEqual(['!ACK 100', '!ACK 200']);
});
