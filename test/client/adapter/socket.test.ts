/** `netwine.connect` against a real bridge: both directions, ends, failures and good-byes, by every way that Node has. */

import './engine.ts';
import { expect, test } from 'vitest';
import { connect } from '../../../client/adapter/socket.ts';
import type { SocketOptions } from '../../../client/adapter/socket-types.ts';
import { useBridge } from '../../support/bridge.ts';
import { echo, startTarget } from '../../support/targets.ts';
import { pattern, watched } from './fixtures.ts';

const suite = useBridge(async () => ({ routes: '' }));

const open = (to: string, options: SocketOptions = {}) =>
  watched((handlers) => connect(to, { url: suite.url, ...handlers, ...options }));

const ways = [
  [['poll']],
  [['fetch-stream']],
  [['xhr-stream']],
  [['exchange']],
  [['websocket', 'poll']],
  [undefined],
] as const;

test.each(ways)('brings 300 KB and back, and both ends, by %j', async (transports) => {
  const target = await suite.closing(echo());
  const sent = pattern(300_000);
  const { socket, bytes, closed, events } = open(target.to, {
    binary: 'bytes',
    ...(transports ? { transports: [...transports] } : {}),
  });
  socket.write(sent);
  socket.end();
  expect((await bytes(sent.length)).equals(sent)).toBe(true);
  const { code } = await closed;
  expect([code, ...events]).toEqual(['CLOSED', 'open', 'end', 'close CLOSED']);
  expect(socket.bufferedAmount()).toBe(0);
});

test('gives texts by default, whatever the cut of their bytes', async () => {
  const target = await suite.closing(startTarget());
  const { socket, opened, until, received } = open(target.to);
  await opened;
  const peer = await target.peer();
  const text = 'a\u00e9\u20ac\u{1f600}!';
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 1) {
    peer.socket.write(bytes.subarray(at, at + 1));
    await until(() => socket.status().received === at + 1);
  }
  expect(received().toString()).toBe(text);
  socket.write(text);
  expect((await peer.bytes(bytes.length)).toString()).toBe(text);
  socket.close();
});

test('gives characters 0 to 255, and takes them', async () => {
  const target = await suite.closing(echo());
  const all = pattern(256);
  const pieces: string[] = [];
  const { socket, until } = open(target.to, { binary: 'string', ondata: (text: string) => pieces.push(text) });
  socket.write(all.toString('latin1'));
  await until(() => pieces.join('').length === 256);
  expect(pieces.join('')).toBe(all.toString('latin1'));
  socket.close();
});

test('copies what it is given to write', async () => {
  const target = await suite.closing(startTarget());
  const { socket } = open(target.to, { binary: 'bytes' });
  const chunk = new Uint8Array([1, 2, 3]);
  socket.write(chunk);
  chunk.fill(9);
  expect([...(await (await target.peer()).bytes(3))]).toEqual([1, 2, 3]);
  socket.close();
});

test('says why a target cannot be had, and then that it is over', async () => {
  const { closed, events } = open('tcp://127.0.0.2:9');
  expect(await closed).toMatchObject({ code: 'DENIED_TARGET', text: expect.stringMatching(/targets file/) });
  expect(events).toEqual(['error DENIED_TARGET', 'close DENIED_TARGET']);
});

test('tells a reset from an end', async () => {
  const target = await suite.closing(startTarget());
  const { opened, closed, events } = open(target.to);
  await opened;
  (await target.peer()).socket.resetAndDestroy();
  await closed;
  expect(events).toEqual(['open', 'error RESET', 'close RESET']);
});

test('a close resets, and a leave brings what was written to the target first', async () => {
  const target = await suite.closing(startTarget());
  const closing = open(target.to);
  await closing.opened;
  closing.socket.close();
  expect((await closing.closed).code).toBe('LEFT');
  expect(await (await target.peer(0)).end).toBe('reset');
  const leaving = open(target.to, { binary: 'bytes' });
  await leaving.opened;
  const last = pattern(100_000);
  leaving.socket.write(last);
  leaving.socket.leave();
  leaving.socket.leave();
  expect((await leaving.closed).code).toBe('LEFT');
  const peer = await target.peer(1);
  expect(await peer.end).toBe('end');
  expect(peer.received.equals(last)).toBe(true);
  expect(leaving.events).toEqual(['open', 'close LEFT']);
});

test('tells nothing while it is paused, and then all in its order', async () => {
  const target = await suite.closing(startTarget());
  const { socket, opened, until, events, received, closed } = open(target.to, { binary: 'bytes' });
  await opened;
  socket.pause();
  const peer = await target.peer();
  peer.socket.end('last words');
  socket.end();
  await until(() => socket.status().held === 10);
  expect([events, received().length]).toEqual([['open'], 0]);
  socket.resume();
  await closed;
  expect([received().toString(), events]).toEqual(['last words', ['open', 'end', 'close CLOSED']]);
});

test('a program may pause in the middle of what it is told', async () => {
  const target = await suite.closing(startTarget());
  const seen: string[] = [];
  const { socket, opened, until } = open(target.to, {
    ondata: (text: string) => {
      seen.push(text);
      socket.pause();
    },
  });
  await opened;
  const peer = await target.peer();
  for (const text of ['one', 'two']) {
    peer.socket.write(text);
    await until(() => socket.status().received === (text === 'one' ? 3 : 6));
  }
  expect(seen).toEqual(['one']);
  socket.resume();
  expect(seen).toEqual(['one', 'two']);
  socket.close();
});

test('refuses to write after the end, and says when to wait', async () => {
  const target = await suite.closing(startTarget(({ socket }) => socket.pause()));
  const { socket, opened } = open(target.to, { binary: 'bytes' });
  await opened;
  for (const wrong of [5, null, [1], new Blob(['x'])]) expect(() => socket.write(wrong as never)).toThrow(TypeError);
  expect(socket.write(new Uint8Array(1))).toBe(true);
  expect(socket.write(new Uint8Array(65_536))).toBe(false);
  expect(socket.bufferedAmount()).toBeGreaterThan(65_535);
  socket.end();
  expect(() => socket.write('more')).toThrow(/after end/);
  socket.close();
});
