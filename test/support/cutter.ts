/** A hostile TCP proxy on loopback for tests: what it does to each connection, its plan says. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { type CutterConnection, CutterLink } from './cutter-link.ts';
import type { Plan } from './fate.ts';
import { randomFrom, seedOf } from './random.ts';

export type { CutterConnection } from './cutter-link.ts';
export type { Cut, CutMark, Fate, Mark, Plan, Side } from './fate.ts';

export interface Cutter {
  readonly port: number;
  /** In the order of their arrival. */
  readonly connections: readonly CutterConnection[];
  /** Destroys all sockets and stops listening. */
  close(): Promise<void>;
}

export interface CutterOptions {
  target: { host: string; port: number };
  plan: Plan;
  /** The same seed gives the same fates and the same slices: 1. */
  seed?: number;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startCutter({ target, plan, seed = 1 }: CutterOptions): Promise<Cutter> {
  const sockets = new Set<Socket>();
  const connections: CutterConnection[] = [];
  const adopt = (socket: Socket): Socket => {
    sockets.add(socket);
    // Resets are this proxy's daily bread; what they mean for the other end is decided on `close`.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    return socket.setNoDelay(true);
  };
  const dial = (): Socket => adopt(connect({ ...target, allowHalfOpen: true }));
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    adopt(client);
    const random = randomFrom(seedOf(seed, connections.length));
    const fate = plan(connections.length, random);
    const connection = { fate, passed: { up: 0, down: 0 }, writes: { up: 0, down: 0 }, repeats: 0, struck: false };
    connections.push(connection);
    new CutterLink({ client, dial, connection, random });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
