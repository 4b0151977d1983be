/** The class that is shaped like `WebSocket`: its properties, its events, its codes, and bytes through a real bridge. */

import './engine.ts';
import { expect, test } from 'vitest';
import { WebSocket, webSocket } from '../../../client/adapter/websocket.ts';
import type { WebSocketFace, WebSocketOptions } from '../../../client/adapter/websocket-types.ts';
import { useBridge } from '../../support/bridge.ts';
import { datagramEcho, echo, startTarget } from '../../support/targets.ts';
import { pattern } from './fixtures.ts';

let routed = '';
const suite = useBridge(async () => {
  const target = await echo();
  routed = target.to;
  return { routes: `/echo ${target.to}\n` };
});

const polling: WebSocketOptions = { transports: ['poll'] };
const make = (to: string, options: WebSocketOptions = polling) => {
  const Face = webSocket(to, { url: suite.url, ...options });
  const socket = new Face('ws://anywhere.example/path');
  socket.binaryType = 'arraybuffer';
  return socket;
};
const event = (socket: WebSocketFace, type: string) =>
  new Promise<{ [name: string]: unknown }>((resolve) => socket.addEventListener(type, resolve, { once: true }));
const bytes = async (socket: WebSocketFace, count: number): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof Blob) return;
      const piece = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data as ArrayBuffer);
      pieces.push(piece);
      length += piece.length;
      if (length >= count) resolve();
    });
  });
  return Buffer.concat(pieces);
};

test('has what a WebSocket has, as its own, and constants on both sides', () => {
  const Face = webSocket('tcp://127.0.0.1:1', { url: suite.url });
  const socket = new Face('ws://h/p', ['mqtt', 'other']);
  expect(socket).toBeInstanceOf(Face);
  expect(Object.keys(socket)).toEqual(
    expect.arrayContaining([
      'url',
      'readyState',
      'bufferedAmount',
      'protocol',
      'binaryType',
      'send',
      'close',
      'onopen',
    ]),
  );
  expect([socket.readyState, socket.bufferedAmount, socket.protocol, socket.binaryType]).toEqual([0, 0, '', 'blob']);
  for (const one of [Face, socket]) expect([one.CONNECTING, one.OPEN, one.CLOSING, one.CLOSED]).toEqual([0, 1, 2, 3]);
  expect(() => socket.send('early')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  socket.close();
});

test.each([
  ['an address of something else', () => new WebSocket('mailto:a'), 'SyntaxError'],
  ['a protocol twice', () => new WebSocket('ws://h/p', ['a', 'a']), 'SyntaxError'],
  ['a protocol with a blank', () => new WebSocket('ws://h/p', 'a b'), 'SyntaxError'],
])('refuses %s', (_, act, name) => {
  expect(act).toThrow(expect.objectContaining({ name }));
});

test('refuses close codes that are not for programs, and long reasons', async () => {
  const socket = make(routed);
  await event(socket, 'open');
  for (const code of [0, 999, 1001, 2999, 5000]) {
    expect(() => socket.close(code)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
  }
  expect(() => socket.close(1000, '\u20ac'.repeat(42))).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
  expect(socket.readyState).toBe(1);
  socket.close(4001, 'enough');
  expect(socket.readyState).toBe(2);
  expect(await event(socket, 'close')).toMatchObject({ code: 4001, reason: 'enough', wasClean: true, target: socket });
  expect(socket.readyState).toBe(3);
});

test('brings texts, buffers, views and Blobs in the order in which they were sent', async () => {
  const target = await suite.closing(startTarget());
  const socket = make(target.to);
  await event(socket, 'open');
  const whole = pattern(600);
  socket.send('\u20ac');
  socket.send(new Blob([whole.subarray(0, 100)]));
  const reused = new Uint8Array(whole.subarray(100, 200));
  socket.send(reused);
  reused.fill(0);
  socket.send(new Blob([whole.subarray(200, 300)]));
  socket.send(new Uint8Array(whole).buffer.slice(300, 400));
  socket.send(new DataView(new Uint8Array(whole).buffer, 400, 200));
  expect(socket.bufferedAmount).toBe(603);
  socket.close();
  expect(await event(socket, 'close')).toMatchObject({ code: 1005, wasClean: true });
  const peer = await target.peer();
  await peer.end;
  expect(peer.received.equals(Buffer.concat([Buffer.from('\u20ac'), whole]))).toBe(true);
  expect(socket.bufferedAmount).toBe(0);
  socket.send('late');
  expect(socket.bufferedAmount).toBe(4);
});

test('brings bytes as a buffer of nothing else, or as a Blob', async () => {
  const socket = make(routed);
  await event(socket, 'open');
  const sent = pattern(200_000);
  const back = bytes(socket, sent.length);
  socket.send(sent);
  expect((await back).equals(sent)).toBe(true);
  socket.binaryType = 'blob';
  const message = event(socket, 'message');
  socket.send('abc');
  const { data, origin } = await message;
  expect(data).toBeInstanceOf(Blob);
  expect([await (data as Blob).text(), origin]).toEqual(['abc', 'ws://anywhere.example']);
  socket.close();
});

test('gives texts or characters where it is asked to', async () => {
  const text = make(routed, { ...polling, binary: 'text' });
  await event(text, 'open');
  const back = event(text, 'message');
  text.send('\u20ac');
  expect((await back).data).toBe('\u20ac');
  text.close();
  const string = make(routed, { ...polling, binary: 'string' });
  await event(string, 'open');
  const all = pattern(256).toString('latin1');
  const raw = event(string, 'message');
  string.send(all);
  expect((await raw).data).toBe(all);
  string.close();
});

test('is closed cleanly by the end of its target, which still gets what was sent', async () => {
  const target = await suite.closing(startTarget());
  const socket = make(target.to);
  await event(socket, 'open');
  const peer = await target.peer();
  socket.send('before');
  peer.socket.end('bye');
  const message = event(socket, 'message');
  const close = event(socket, 'close');
  expect(Buffer.from((await message).data as ArrayBuffer).toString()).toBe('bye');
  expect(await close).toMatchObject({ code: 1000, reason: '', wasClean: true });
  expect((await peer.bytes(6)).toString()).toBe('before');
});

test('tells failures by an error and a close of the code that the bridge would give', async () => {
  const refused = make('tcp://127.0.0.2:9');
  const told: string[] = [];
  refused.onerror = () => told.push('error');
  refused.onclose = ({ code, wasClean, reason }: { code: number; wasClean: boolean; reason: string }) =>
    told.push(`${code} ${wasClean} ${reason}`);
  await event(refused, 'close');
  expect(told).toEqual(['error', '4403 false the targets file does not allow this target']);
  const target = await suite.closing(startTarget());
  const socket = make(target.to);
  await event(socket, 'open');
  (await target.peer()).socket.resetAndDestroy();
  expect(await event(socket, 'close')).toMatchObject({ code: 4502, wasClean: false });
});

test('is broken where it is closed before it is open', async () => {
  const socket = make(routed);
  socket.close();
  expect(socket.readyState).toBe(2);
  expect(await event(socket, 'close')).toMatchObject({ code: 1006, wasClean: false });
});

test('calls the handler and each listener once, objects too, and none that is removed meanwhile', async () => {
  const socket = make(routed);
  const calls: string[] = [];
  const removed = (): void => void calls.push('removed');
  const listener = (): void => {
    calls.push('listener');
    socket.removeEventListener('open', removed);
  };
  socket.addEventListener('open', listener);
  socket.addEventListener('open', listener);
  socket.addEventListener('open', { handleEvent: () => calls.push('object') });
  socket.addEventListener('open', removed);
  socket.onopen = () => calls.push('handler');
  await event(socket, 'open');
  expect(calls).toEqual(['handler', 'listener', 'object']);
  socket.dispatchEvent({ type: 'open' });
  expect(calls).toEqual(['handler', 'listener', 'object', 'handler', 'listener', 'object']);
  socket.close();
});

test('reads the target or the route from its address', async () => {
  const base = suite.url.replace(/^http/, 'ws');
  for (const url of [`${base}/connect?to=${encodeURIComponent(routed)}`, `${base}/echo`]) {
    const socket = new WebSocket(url, 'mqtt');
    socket.binaryType = 'arraybuffer';
    await event(socket, 'open');
    expect([socket.url, socket.protocol]).toEqual([url, 'mqtt']);
    const back = bytes(socket, 4);
    socket.send('word');
    expect((await back).toString()).toBe('word');
    socket.close();
  }
});

test('keeps the edges of messages to a target that has them', async () => {
  const target = await suite.closing(datagramEcho());
  const socket = make(target.to);
  await event(socket, 'open');
  const lengths = [1, 1200, 0, 7];
  const seen: number[] = [];
  const all = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }: { data: ArrayBuffer }) => {
      seen.push(data.byteLength);
      if (seen.length === lengths.length) resolve();
    };
  });
  for (const length of lengths) socket.send(pattern(length));
  await all;
  expect(seen.sort()).toEqual([...lengths].sort());
  socket.close();
});
