/** A page that goes on with the connection of a page before it, in the middle of both streams. */

import './engine.ts';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import type { SocketOptions } from '../../../client/adapter/socket-types.ts';
import { useBridge } from '../../support/bridge.ts';
import { seededBytes, stalled, startTarget } from '../../support/targets.ts';
import { MemoryStorage, pattern, watched } from './fixtures.ts';

const suite = useBridge();

afterEach(() => vi.unstubAllGlobals());

/** A page of its own: modules of its own, and a window that goes. */
const newPage = async () => {
  vi.resetModules();
  const listeners = new Map<string, () => void>();
  const addEventListener = (name: string, run: () => void) => listeners.set(name, run);
  vi.stubGlobal('window', { addEventListener, onpagehide: null });
  const { connect } = await import('../../../client/adapter/socket.ts');
  const open = (to: string, options: SocketOptions) =>
    watched((handlers) => connect(to, { url: suite.url, resume: 'one', ...handlers, ...options }));
  return { open, go: () => listeners.get('pagehide')?.(), back: () => listeners.get('pageshow')?.() };
};

test.each([[['poll']], [['fetch-stream']], [['exchange']], [['websocket', 'poll']]])(
  'five pages share one connection, and no byte is lost or repeated, by %j',
  async (transports) => {
    vi.stubGlobal('sessionStorage', new MemoryStorage());
    const target = await suite.closing(startTarget());
    const down = pattern(90_000);
    const up = pattern(50_000);
    let received = Buffer.alloc(0);
    for (let page = 0; page < 5; page += 1) {
      const { open, go } = await newPage();
      const { socket, opened, bytes } = open(target.to, { binary: 'bytes', transports });
      expect(socket.resumed).toBe(page > 0);
      await opened;
      const peer = await target.peer();
      peer.socket.write(down.subarray(page * 18_000, (page + 1) * 18_000));
      socket.write(up.subarray(page * 10_000, (page + 1) * 10_000));
      // In the middle of both, but for the last.
      const least = page === 4 ? down.length - received.length : 1;
      await bytes(least);
      go();
      received = Buffer.concat([received, await bytes(least)]);
    }
    const { open } = await newPage();
    const { socket, closed, events } = open(target.to, { binary: 'bytes', transports });
    const peer = await target.peer();
    expect((await peer.bytes(up.length)).equals(up)).toBe(true);
    expect(received.equals(down)).toBe(true);
    socket.end();
    peer.socket.end();
    expect((await closed).code).toBe('CLOSED');
    expect([events, target.peers.length, sessionStorage.getItem('netwine resume one')]).toEqual([
      ['open', 'end', 'close CLOSED'],
      1,
      null,
    ]);
  },
);

test('what was held back and half of a character go to the next page, and the end is told to it again', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(startTarget());
  const one = await newPage();
  const first = one.open(target.to, { transports: ['poll'] });
  await first.opened;
  const peer = await target.peer();
  const euro = Buffer.from('\u20ac');
  peer.socket.write(Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]));
  await first.until(() => first.received().length === 1);
  await first.until(() => first.socket.status().received === 3);
  first.socket.pause();
  peer.socket.end(euro.subarray(2));
  await first.until(() => first.socket.status().held === 1);
  one.go();
  expect(first.received().toString()).toBe('a');
  const two = await newPage();
  const second = two.open(target.to, { transports: ['poll'] });
  await second.until(() => second.events.includes('end'));
  expect(second.received().toString()).toBe('\u20ac');
  two.go();
  const last = (await newPage()).open(target.to, { transports: ['poll'] });
  await last.until(() => last.events.includes('end'));
  expect(last.received().length).toBe(0);
  last.socket.close();
});

test('a connection to another target does not go on with it, and one that the bridge has forgotten says so once', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(startTarget());
  const one = await newPage();
  const first = one.open(target.to, {});
  await first.opened;
  one.go();
  await suite.http.ask('/close', { key: (sessionStorage.getItem('netwine resume one') ?? '').split(' ')[2] ?? '' });
  const two = await newPage();
  const second = two.open(target.to, {});
  expect(second.socket.resumed).toBe(true);
  expect((await second.closed).code).toBe('GONE');
  const third = (await newPage()).open(target.to, {});
  expect(third.socket.resumed).toBe(false);
  await third.opened;
  third.socket.close();
});

test('a page that goes on with a socket while the target takes nothing gives it all, in order, once it does', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(stalled());
  const ways: SocketOptions = { binary: 'bytes', transports: ['websocket', 'fetch-stream', 'poll'] };
  const one = await newPage();
  const first = one.open(target.to, ways);
  await first.opened;
  const pieces: Buffer[] = [];
  const write = (length: number): void => {
    const piece = seededBytes(pieces.length, length);
    first.socket.write(piece);
    pieces.push(piece);
  };
  // In small pieces, so that there is room for some again long before there is room for all.
  let isFull = false;
  void first.until(() => {
    while (!isFull && first.socket.bufferedAmount() < 65_536) write(5000);
    return isFull;
  });
  const key = (sessionStorage.getItem('netwine resume one') ?? '').split(' ')[2] ?? '';
  const ask = (hold: number) => suite.http.send(key, { at: 0, hold });
  while (!isFull) {
    const before = await ask(0);
    // This one waits for room as long as it may.
    const { upNext, window } = before.window === 0 ? await ask(1) : before;
    isFull = window === 0 && upNext === before.upNext;
  }
  write(300_000);
  one.go();
  const two = await newPage();
  const { socket, until } = two.open(target.to, ways);
  expect(socket.resumed).toBe(true);
  expect(socket.bufferedAmount()).toBeGreaterThan(300_000);
  await until(() => socket.status().receiver === 'websocket');
  const peer = await target.peer();
  const all = Buffer.concat(pieces);
  // It takes one piece at a time, so that room comes bit by bit.
  while (peer.length < all.length) {
    const taken = once(peer.socket, 'data');
    peer.socket.resume();
    await taken;
    peer.socket.pause();
    await ask(0);
  }
  expect(peer.received.equals(all)).toBe(true);
  await until(() => socket.bufferedAmount() === 0);
  expect([peer.length, socket.status().receiver]).toEqual([all.length, 'websocket']);
  socket.close();
});

test('a page that was only put aside goes on where it was', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(startTarget());
  const { open, go, back } = await newPage();
  const { socket, opened, bytes, events } = open(target.to, { transports: ['poll'] });
  await opened;
  const peer = await target.peer();
  peer.socket.write('before ');
  await bytes(7);
  go();
  peer.socket.write('meanwhile');
  back();
  expect((await bytes(16)).toString()).toBe('before meanwhile');
  expect(events).toEqual(['open']);
  socket.close();
});

test('without the option a page that goes ends its connections, with what was on its way, and knows it when it is back', async () => {
  const target = await suite.closing(startTarget());
  const { open, go, back } = await newPage();
  const { socket, opened, closed, until } = open(target.to, { resume: '' });
  await opened;
  socket.write('last words');
  await until(() => socket.bufferedAmount() === 0);
  const beacon = vi.fn((url: string, text: string) => {
    void fetch(url, { method: 'POST', body: text });
    return true;
  });
  vi.stubGlobal('navigator', { sendBeacon: beacon });
  go();
  expect(beacon).toHaveBeenCalledWith(`${suite.url}/close`, expect.stringMatching(/^key=[^&]+&end=10$/));
  const peer = await target.peer();
  expect(await peer.end).toBe('end');
  expect(peer.received.toString()).toBe('last words');
  back();
  expect((await closed).code).toBe('LEFT');
});
