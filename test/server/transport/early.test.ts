/** The socket of an upgrade while its target is dialled: who leaves is seen, and what comes is kept. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { watchEarly } from '../../../server/transport/early.ts';

const things: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of things.splice(0).reverse()) await close();
});

/** Both ends of a connection. */
const pair = async (): Promise<[Socket, Socket]> => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  const [served] = (await accepted) as [Socket];
  served.on('error', () => {});
  things.push(async () => {
    client.destroy();
    served.destroy();
    server.close();
    await once(server, 'close');
  });
  return [client, served];
};

it.each([
  ['ends', (client: Socket) => client.end()],
  ['is reset', (client: Socket) => client.resetAndDestroy()],
])('a client that %s is seen', async (_, leave) => {
  const [client, served] = await pair();
  const { gone } = watchEarly(served, 1024);
  expect(gone.aborted).toBe(false);
  const aborted = once(gone, 'abort');
  leave(client);
  await aborted;
});

it('what came meanwhile is there afterwards, once and in order', async () => {
  const [client, served] = await pair();
  const early = watchEarly(served, 1024);
  client.write('early ');
  await once(served, 'data');
  early.release();
  expect(served.isPaused()).toBe(true);
  client.end('late');
  let text = '';
  served.on('data', (chunk) => {
    text += chunk;
  });
  served.resume();
  await once(served, 'end');
  expect(text).toBe('early late');
  expect(early.gone.aborted).toBe(false);
});

it('a client that sends without end is not read any more', async () => {
  const [client, served] = await pair();
  const early = watchEarly(served, 1000);
  client.write(Buffer.alloc(8 * 1024 * 1024));
  while (!served.isPaused()) await once(served, 'data');
  expect(served.bytesRead).toBeLessThan(1024 * 1024);
  early.release();
  expect(served.readableLength).toBe(served.bytesRead);
});
