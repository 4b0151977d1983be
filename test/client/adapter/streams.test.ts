/** `TCPSocket` against a real bridge: its promises, its streams, half-closes and failures. */

import './engine.ts';
import { expect, test } from 'vitest';
import { TCPSocket, type TCPSocketOptions } from '../../../client/adapter/streams.ts';
import { useBridge } from '../../support/bridge.ts';
import { echo, stalled, startTarget } from '../../support/targets.ts';
import { pattern } from './fixtures.ts';

const suite = useBridge();

const open = ({ to }: { to: string }, options: TCPSocketOptions = {}) => {
  const { hostname, port } = new URL(to.replace(/^tcp/, 'http'));
  return new TCPSocket(hostname, Number(port), { url: suite.url, transports: ['poll'], ...options });
};

const all = async (readable: ReadableStream<Uint8Array>): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  const reader = readable.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(piece.value);
  reader.releaseLock();
  return Buffer.concat(pieces);
};

test.each(['poll', 'stream', 'exchange', 'socket'])('pipes 300 KB there and back by %s', async (way) => {
  const target = await suite.closing(echo());
  const socket = open(target, { transports: [way, 'poll'] });
  const { readable, writable, remoteAddress, remotePort } = await socket.opened;
  expect([remoteAddress, remotePort]).toEqual(['127.0.0.1', target.port]);
  const sent = pattern(300_000);
  const back = all(readable);
  await new Blob([sent]).stream().pipeTo(writable);
  expect((await back).equals(sent)).toBe(true);
  await socket.closed;
});

test('goes on to read after its own end, and to write after that of the target', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target);
  const { readable, writable } = await socket.opened;
  const peer = await target.peer();
  peer.socket.end('done');
  expect((await all(readable)).toString()).toBe('done');
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode('after '));
  await writer.write(new Uint8Array([33]).buffer);
  await writer.close();
  expect(await peer.end).toBe('end');
  expect(peer.received.toString()).toBe('after !');
  await socket.closed;
});

test('fills a buffer of the reader', async () => {
  const target = await suite.closing(startTarget());
  const { readable } = await open(target).opened;
  (await target.peer()).socket.end('abcdef');
  const reader = readable.getReader({ mode: 'byob' });
  const first = await reader.read(new Uint8Array(4));
  expect(Buffer.from(first.value as Uint8Array).toString()).toBe('abcd');
  const second = await reader.read(new Uint8Array(4));
  expect(Buffer.from(second.value as Uint8Array).toString()).toBe('ef');
  expect((await reader.read(new Uint8Array(4))).done).toBe(true);
});

test('a write waits while its target takes nothing', async () => {
  const target = await suite.closing(stalled());
  const socket = open(target);
  const { writable } = await socket.opened;
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(1));
  let isTaken = false;
  // More than any buffer on the way has room for.
  const write = writer.write(new Uint8Array(32 * 1024 * 1024)).then(() => {
    isTaken = true;
  });
  write.catch(() => {});
  (await target.peer()).socket.resetAndDestroy();
  await expect(write).rejects.toThrow(/RESET/);
  expect(isTaken).toBe(false);
});

test('a refusal rejects both promises, and says why', async () => {
  const socket = open({ to: 'tcp://127.0.0.2:9' });
  const failure = { name: 'NetworkError', cause: 'DENIED_TARGET' };
  await expect(socket.opened).rejects.toMatchObject(failure);
  await expect(socket.closed).rejects.toMatchObject(failure);
});

test('a reset breaks both streams', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target);
  const { readable, writable } = await socket.opened;
  const reading = readable.getReader().read();
  const writer = writable.getWriter();
  (await target.peer()).socket.resetAndDestroy();
  await expect(reading).rejects.toMatchObject({ name: 'NetworkError', cause: 'RESET' });
  await expect(writer.closed).rejects.toMatchObject({ cause: 'RESET' });
  await expect(socket.closed).rejects.toMatchObject({ cause: 'RESET' });
});

test('a close needs streams that nobody has locked, and brings what was written', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target);
  await expect(socket.close()).rejects.toMatchObject({ name: 'InvalidStateError' });
  const { writable } = await socket.opened;
  const writer = writable.getWriter();
  await writer.write(new Uint8Array([1, 2]));
  await expect(socket.close()).rejects.toMatchObject({ name: 'InvalidStateError' });
  writer.releaseLock();
  await socket.close();
  const peer = await target.peer();
  await peer.end;
  expect([...peer.received]).toEqual([1, 2]);
});

test('refuses ports that are none', () => {
  for (const port of [0, 65_536, 1.5, Number.NaN]) expect(() => new TCPSocket('h', port)).toThrow(TypeError);
});
