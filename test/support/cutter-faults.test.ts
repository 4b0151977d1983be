/** What else the hostile proxy can do: the first of several cuts, holes that end, half-closes, jitter, throttles. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { cutterTo, End, listen, pair, pattern } from './cutter-pair.ts';

test('of several cuts the first that is reached counts', async () => {
  const { client, server, cutter } = await pair({
    cut: [
      { side: 'up', after: 100_000, by: 'rst' },
      { side: 'down', after: 300, by: 'fin' },
    ],
  });
  client.socket.write(pattern(5000));
  await server.until(() => server.received.length === 5000);
  expect(cutter.connections[0]?.struck).toBe(false);
  server.socket.write(pattern(5000));
  await Promise.all([server.until(() => server.over === 'fin'), client.until(() => client.over === 'fin')]);
  expect(client.received.equals(pattern(300))).toBe(true);
  expect(cutter.connections[0]?.struck).toBe(true);
});

test('a black hole that has its time ends in a reset of both', async () => {
  const { client, server } = await pair({ blackHole: { side: 'up', after: 3, forMs: 30 } });
  client.socket.write('0123456789');
  await Promise.all([server.until(() => server.over === 'rst'), client.until(() => client.over === 'rst')]);
  expect(server.received.toString()).toBe('012');
});

test('a half-close ends one side at its byte, and the other goes on', async () => {
  const { client, server } = await pair({ halfClose: { side: 'up', after: 4 } });
  client.socket.write('0123456789');
  await server.until(() => server.over === 'fin');
  server.socket.end(pattern(5000));
  await client.until(() => client.over === 'fin');
  expect(server.received.toString()).toBe('0123');
  expect(client.received.equals(pattern(5000))).toBe(true);
});

test('with jitter what goes over several connections is overtaken', async () => {
  const order: number[] = [];
  const listener = createServer((socket) => {
    new End(socket).socket.once('data', (chunk: Buffer) => order.push(Number(chunk.toString())));
  });
  const cutter = await cutterTo(await listen(listener), () => ({ jitterMs: 20 }), 3);
  const clients: Socket[] = [];
  for (let index = 0; index < 8; index += 1) {
    const socket = connect(cutter.port, '127.0.0.1');
    await once(socket, 'connect');
    clients.push(socket);
  }
  const closed = clients.map((socket) => once(socket.resume(), 'close'));
  clients.forEach((socket, index) => void socket.end(`${index}`));
  await Promise.all(closed);
  expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(order).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a throttle lets all bytes through, each piece in its time', async () => {
  const { client, server } = await pair({ bytesPerSecond: 20_000, sliceTo: 500 });
  const order: string[] = [];
  server.socket.once('end', () => order.push('bytes'));
  setTimeout(() => order.push('an earlier timer'), 20);
  client.socket.end(pattern(2000));
  await server.until(() => server.over === 'fin');
  expect(server.received.equals(pattern(2000))).toBe(true);
  expect(order).toEqual(['an earlier timer', 'bytes']);
});
