/** The hostile proxy does to each connection what its plan says, at the byte that it says, and nothing else. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpServer, request } from 'node:http';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Plan } from './cutter.ts';
import { cutterTo, End, listen, pair, pattern } from './cutter-pair.ts';
import { freePort } from './ports.ts';

test('without a fate all bytes and both ends pass', async () => {
  const { client, server, cutter } = await pair({});
  const bytes = pattern(1024 * 1024);
  client.socket.end(bytes);
  await server.until(() => server.over === 'fin');
  expect(server.received.equals(bytes)).toBe(true);
  server.socket.end('answer after the half-close');
  await client.until(() => client.over === 'fin');
  expect(client.received.toString()).toBe('answer after the half-close');
  expect(cutter.connections[0]?.passed).toEqual({ up: 1024 * 1024, down: 27 });
});

test('without a fate a reset passes', async () => {
  const { client, server } = await pair({});
  client.socket.write('x');
  await server.until(() => server.received.length === 1);
  client.socket.resetAndDestroy();
  await server.until(() => server.over === 'rst');
});

test('an end cuts at exactly the byte that the plan names, on the way up', async () => {
  const { client, server } = await pair({ cut: { side: 'up', after: 1000, by: 'fin' } });
  client.socket.write(pattern(5000));
  await Promise.all([server.until(() => server.over !== 'open'), client.until(() => client.over !== 'open')]);
  expect([server.over, client.over]).toEqual(['fin', 'fin']);
  expect(server.received.equals(pattern(5000).subarray(0, 1000))).toBe(true);
});

test('a reset cuts at exactly the byte that the plan names, on the way down', async () => {
  const { client, server } = await pair({ cut: { side: 'down', after: 77, by: 'rst' } });
  server.socket.write(pattern(5000));
  await Promise.all([server.until(() => server.over !== 'open'), client.until(() => client.over !== 'open')]);
  // The client's reset may be taken for an end where it comes together with the last bytes; the server had none to read.
  expect(server.over).toBe('rst');
  expect(client.received.equals(pattern(5000).subarray(0, client.received.length))).toBe(true);
  expect(client.received.length).toBeLessThanOrEqual(77);
});

test.each(['fin', 'rst'] as const)('a cut by %s after no byte comes at once', async (by) => {
  const listener = createServer({ allowHalfOpen: true }, (socket) => new End(socket).socket.resume());
  const cutter = await cutterTo(await listen(listener), () => ({ cut: { side: 'up', after: 0, by } }));
  const client = new End(connect(cutter.port, '127.0.0.1'));
  client.socket.write('never');
  await client.until(() => client.over === by);
  expect(cutter.connections[0]?.passed.up).toBe(0);
});

test('a black hole swallows from its byte on, the end too, while the other side goes on', async () => {
  const { client, server } = await pair({ blackHole: { side: 'up', after: 4 } });
  client.socket.end('0123456789');
  await server.until(() => server.received.length === 4);
  server.socket.write('still here');
  await client.until(() => client.received.length === 10);
  expect(server.received.toString()).toBe('0123');
  expect(server.over).toBe('open');
});

test('a delay holds bytes back and keeps their order', async () => {
  const { client, server } = await pair({ delayMs: 200 });
  const order: string[] = [];
  server.socket.once('data', () => order.push('bytes'));
  setTimeout(() => order.push('an earlier timer'), 20);
  client.socket.end('held');
  await server.until(() => server.over === 'fin');
  expect(server.received.toString()).toBe('held');
  expect(order).toEqual(['an earlier timer', 'bytes']);
});

test('slices are short writes of the same bytes, and the same seed cuts the same slices', async () => {
  const runs: number[] = [];
  for (const seed of [5, 5, 6]) {
    const listener = createServer({ allowHalfOpen: true });
    const cutter = await cutterTo(await listen(listener), () => ({ sliceTo: 3 }), seed);
    const accepted = once(listener, 'connection');
    const client = new End(connect(cutter.port, '127.0.0.1'));
    client.socket.end(pattern(600));
    const server = new End((await accepted)[0] as Socket);
    await server.until(() => server.over === 'fin');
    server.socket.end();
    expect(server.received.equals(pattern(600))).toBe(true);
    runs.push(cutter.connections[0]?.writes.up ?? 0);
  }
  expect(runs[0]).toBeGreaterThanOrEqual(200);
  expect(runs[1]).toBe(runs[0]);
  expect(runs[2]).not.toBe(runs[0]);
});

test('each connection has a fate of its own, which follows from seed and number', async () => {
  const draw = async (seed: number): Promise<number[]> => {
    const drawn: number[] = [];
    const fateless: Plan = (index, random) => {
      drawn[index] = random();
      return { cut: { side: 'up', after: 0, by: 'fin' } };
    };
    const cutter = await cutterTo(await freePort(), fateless, seed);
    for (let i = 0; i < 3; i++) {
      const client = new End(connect(cutter.port, '127.0.0.1'));
      await client.until(() => client.over !== 'open');
    }
    return drawn;
  };
  const first = await draw(9);
  expect(new Set(first).size).toBe(3);
  expect(await draw(9)).toEqual(first);
  expect(await draw(10)).not.toEqual(first);
});

/** Posts over a connection of its own and returns the answer's body. */
async function post(port: number, body: string): Promise<string> {
  const sent = request({ port, host: '127.0.0.1', method: 'POST', agent: false }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return await text(answer);
}

/** An HTTP server that keeps the bodies it was sent and answers each with its number. */
async function counter(): Promise<{
  port: number;
  bodies: string[];
  finished: () => Promise<unknown>;
  server: Server;
}> {
  const bodies: string[] = [];
  const server = createHttpServer((incoming, answer) => {
    answer.once('finish', () => server.emit('answered'));
    void text(incoming).then((body) => answer.end(`answer ${bodies.push(body)}`));
  });
  return { port: await listen(server), bodies, finished: () => once(server, 'answered'), server };
}

test('a repeated request reaches the server twice, and its client once', async () => {
  const { port, bodies, server } = await counter();
  const cutter = await cutterTo(port, () => ({ repeat: true }));
  const repeated = new Promise<void>((resolve) => {
    server.on('answered', () => bodies.length === 2 && resolve());
  });
  expect(await post(cutter.port, 'once only')).toBe('answer 1');
  await repeated;
  expect(bodies).toEqual(['once only', 'once only']);
  expect(cutter.connections[0]?.repeats).toBe(1);
});

test.each(['fin', 'rst'] as const)(
  'a dropped answer by %s leaves the request processed and the client without',
  async (by) => {
    const { port, bodies, finished } = await counter();
    const cutter = await cutterTo(port, () => ({ dropAnswer: by }));
    const processed = finished();
    await expect(post(cutter.port, 'counted')).rejects.toThrow(/socket hang up|ECONNRESET/);
    await processed;
    expect(bodies).toEqual(['counted']);
    expect(cutter.connections[0]?.passed.down).toBe(0);
  },
);

test('a server that refuses resets the client', async () => {
  const cutter = await cutterTo(await freePort(), () => ({}));
  const client = new End(connect(cutter.port, '127.0.0.1'));
  await client.until(() => client.over === 'rst');
});

test('closing destroys every socket, of black holes and delays too', async () => {
  for (const fate of [{}, { blackHole: { side: 'up', after: 0 } }, { delayMs: 60_000 }] as const) {
    const { client, server, cutter } = await pair(fate);
    client.socket.write('x');
    await cutter.close();
    await Promise.all([client.until(() => client.over !== 'open'), server.until(() => server.over !== 'open')]);
  }
});
