/** What a socket carries up, and where it goes on between what posts have carried. */
import { expect, test } from 'vitest';
import { connected, type Ways } from './lab.ts';

const ways: Ways = { websocket: 'socket', poll: 'poll' };

test('a socket sends from where the bridge stands, within the room that it has', () => {
  const { session, last } = connected(ways);
  const socket = last('websocket');
  session.write('x'.repeat(150));
  socket.open();
  socket.record('OK key 0 0 100');
  expect(socket.sent).toEqual(['x'.repeat(100)]);
  session.end();
  socket.record('ACK 100 20', 'ACK 120 100');
  expect(socket.sent.slice(1)).toEqual(['x'.repeat(20), 'x'.repeat(30), '!END']);
  socket.record('ACK 130 100', 'ACK 150 100 END');
  expect(socket.sent).toHaveLength(4);
  expect([session.up.ended, session.up.rest()]).toEqual([true, '']);
});

test('a post that was on its way when a socket attached is repeated by it, and the socket goes on behind it', () => {
  const { session, posts, last } = connected(ways);
  const up = Array.from({ length: 400 }, (_, at) => String.fromCharCode(65 + (at % 50))).join('');
  session.write(up);
  expect(posts[0]?.payload).toBe(up.slice(0, 100));
  const socket = last('websocket');
  socket.open();
  // The bridge counts messages from here on, and drops what the post has brought before.
  socket.record('OK key 0 50 50');
  expect(socket.sent.join('')).toBe(up.slice(50, 100));
  posts[0]?.done('OK 100 0 0');
  socket.record('ACK 100 100');
  expect(socket.sent.join('')).toBe(up.slice(50, 200));
  expect(posts).toHaveLength(1);
});

// Found by seed 93444578 of the property of sessions: the stack ran over, and no byte was sent any more.
test('bytes that a waiting post brings past an open socket are not asked of it, and posts go on', () => {
  const { session, posts, last } = connected(ways, { mostBytes: 4 });
  session.write('123456789');
  const socket = last('websocket');
  socket.open();
  // The post has no room yet; the socket begins before it.
  socket.record('OK key 0 0 0');
  posts[0]?.done('OK 4 4 0');
  posts[1]?.done('OK 8 4 0');
  session.end();
  posts[2]?.done('OK 9 4 0');
  expect(posts.map(({ payload, parameters }) => [parameters.at, payload, parameters.end])).toEqual([
    [0, '1234', undefined],
    [4, '5678', undefined],
    [8, '9', undefined],
    [9, null, 9],
  ]);
  expect(socket.sent).toEqual([]);
});

test('a socket that begins where a post was taken carries what comes after it', () => {
  const { session, posts, last } = connected(ways, { mostBytes: 4 });
  session.write('123456789');
  const socket = last('websocket');
  socket.open();
  socket.record('OK key 0 4 4');
  posts[0]?.done('OK 4 4 0');
  expect([socket.sent, posts.length]).toEqual([['5678'], 1]);
});

test('an answer that was overtaken by the beginning of a socket does not take its room', () => {
  const { session, posts, last } = connected(ways);
  session.write('x'.repeat(150));
  posts[0]?.done('OK 100 0 0');
  expect(posts[1]?.payload).toBe(null);
  const socket = last('websocket');
  socket.open();
  socket.record('OK key 0 100 100');
  expect(socket.sent).toEqual(['x'.repeat(50)]);
  posts[1]?.done('OK 100 0 0');
  session.write('y');
  expect(socket.sent.slice(1)).toEqual(['y']);
});

test('a socket whose beginning was overtaken by the answer of a post is left for a new one', () => {
  const { session, posts, last } = connected(ways);
  last('poll').attach();
  session.write('x'.repeat(50));
  const socket = last('websocket');
  socket.open();
  posts[0]?.done('OK 50 50 0');
  socket.record('OK key 0 0 100');
  expect([socket.isOver, socket.sent, last('poll').isOver]).toEqual([true, [], false]);
});
