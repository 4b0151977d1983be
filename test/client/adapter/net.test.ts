/** The face of Node's `net` against a real bridge, and with somebody else's library on it. */

import './engine.ts';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { configure, connect, isIP, type Socket } from '../../../client/adapter/net.ts';
import { useBridge } from '../../support/bridge.ts';
import { startMosquitto } from '../../support/peer-servers.ts';
import { echo, stalled, startTarget } from '../../support/targets.ts';
import { pattern } from './fixtures.ts';

const suite = useBridge();

const open = (port: number, options: { allowHalfOpen?: boolean } = {}): Socket => {
  configure({ url: suite.url, transports: ['poll'] });
  return connect({ host: '127.0.0.1', port, ...options });
};

const all = async (socket: Socket): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'end');
  return Buffer.concat(pieces);
};

test('brings 300 KB there and back, and is closed when both sides have ended', async () => {
  const target = await suite.closing(echo());
  const socket = open(target.port);
  expect([socket.connecting, socket.pending, socket.readyState]).toEqual([true, true, 'opening']);
  const sent = pattern(300_000);
  const back = all(socket);
  const closed = once(socket, 'close');
  socket.end(sent);
  await once(socket, 'connect');
  expect([socket.remoteAddress, socket.remotePort, socket.remoteFamily]).toEqual(['127.0.0.1', target.port, 'IPv4']);
  expect((await back).equals(sent)).toBe(true);
  expect(await closed).toEqual([false]);
  expect([socket.bytesRead, socket.bytesWritten, socket.readyState]).toEqual([300_000, 300_000, 'closed']);
});

test('is half-open where that is asked for', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target.port, { allowHalfOpen: true });
  const peer = await target.peer();
  peer.socket.end('first');
  expect((await all(socket)).toString()).toBe('first');
  expect(socket.readyState).toBe('writeOnly');
  socket.end('then');
  await finished(socket);
  expect(await peer.end).toBe('end');
  expect(peer.received.toString()).toBe('then');
});

test('a destroy still brings what was written', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target.port);
  await once(socket, 'connect');
  socket.write('QUIT');
  socket.destroy();
  await once(socket, 'close');
  const peer = await target.peer();
  await peer.end;
  expect(peer.received.toString()).toBe('QUIT');
});

test.each([
  ['tcp denied', '127.0.0.2', { code: 'EACCES', syscall: 'connect', bridge: 'DENIED_TARGET' }],
  ['unknown name', 'netwine-unknown.invalid', { code: 'ENOTFOUND', syscall: 'connect' }],
])('an error has the code that Node would give: %s', async (_, host, error) => {
  configure({ url: suite.url, transports: ['poll'] });
  const socket = connect(80, host);
  const closed = once(socket, 'close').catch(() => [true]);
  expect((await once(socket, 'error'))[0]).toMatchObject(error);
  await closed;
  expect(socket.destroyed).toBe(true);
});

test('a reset is ECONNRESET', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target.port);
  await once(socket, 'ready');
  (await target.peer()).socket.resetAndDestroy();
  expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
});

test('writes wait while the target takes nothing', async () => {
  const target = await suite.closing(stalled());
  const socket = open(target.port);
  await once(socket, 'connect');
  expect(socket.write(Buffer.alloc(4 * 1024 * 1024))).toBe(false);
  expect(socket.writableNeedDrain).toBe(true);
  (await target.peer()).socket.resume();
  await once(socket, 'drain');
  socket.destroy();
});

test('tells of silence where it is asked to', async () => {
  const target = await suite.closing(startTarget());
  const socket = open(target.port).setTimeout(20);
  await once(socket, 'timeout');
  socket.destroy();
});

test('knows addresses', () => {
  const addresses = ['127.0.0.1', '::', '::1', 'fe80::1%eth0', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4', '1::8'];
  expect(addresses.map(isIP)).toEqual([4, 6, 6, 6, 6, 6, 6]);
  const others = [
    '',
    'a.b',
    '1.2.3',
    '01.2.3.4',
    '256.1.1.1',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1::2::3',
    '12345::',
    'g::',
  ];
  expect(others.map(isIP)).toEqual(others.map(() => 0));
});

test('MQTT.js speaks plain MQTT over it', async () => {
  const broker = await startMosquitto();
  onTestFinished(() => broker.stop());
  const client = new MqttClient(() => open(broker.port), { protocolVersion: 4 });
  onTestFinished(async () => void (await client.endAsync()));
  await client.subscribeAsync('all', { qos: 1 });
  const arrived = new Promise<Buffer>((resolve) => client.on('message', (_topic, message) => resolve(message)));
  const sent = pattern(200_000);
  await client.publishAsync('all', sent, { qos: 1 });
  expect((await arrived).equals(sent)).toBe(true);
});
