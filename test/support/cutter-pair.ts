/** The two ends of a connection through the hostile proxy, for the tests of it; closed behind each test. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { afterEach } from 'vitest';
import type { Cutter, Fate, Plan } from './cutter.ts';
import { startCutter } from './cutter.ts';

const open: Array<() => unknown> = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** What one end has received, and how its connection ended. */
export class End {
  received = Buffer.alloc(0);
  over: 'open' | 'fin' | 'rst' = 'open';
  readonly socket: Socket;
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      socket.emit('news');
    });
    socket.on('end', () => {
      this.over = 'fin';
      socket.emit('news');
    });
    socket.on('error', () => {
      this.over = 'rst';
      socket.emit('news');
    });
  }

  async until(isTrue: (end: End) => boolean): Promise<void> {
    while (!isTrue(this)) await once(this.socket, 'news');
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Listens on a free port until the test is over. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  return portOf(server);
}

/** A proxy in front of a port, until the test is over. */
export async function cutterTo(port: number, plan: Plan, seed = 1): Promise<Cutter> {
  const cutter = await startCutter({ target: { host: '127.0.0.1', port }, plan, seed });
  open.push(() => cutter.close());
  return cutter;
}

/** A client and a server with a proxy of the given fate in between. */
export async function pair(fate: Fate): Promise<{ client: End; server: End; cutter: Cutter }> {
  const listener = createServer({ allowHalfOpen: true });
  const cutter = await cutterTo(await listen(listener), () => fate);
  const accepted = once(listener, 'connection');
  const client = new End(connect({ port: cutter.port, host: '127.0.0.1', allowHalfOpen: true }));
  const server = new End((await accepted)[0] as Socket);
  open.push(
    () => client.socket.destroy(),
    () => server.socket.destroy(),
  );
  return { client, server, cutter };
}

/** Bytes that show where they stand. */
export const pattern = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
