/** Servers for the bridge to dial: TCP on loopback with every habit that matters, a datagram echo, and a silent host. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** How a connection ended for the target: the other side finished, or it broke. */
export type PeerEnd = 'end' | 'reset';

/** One connection as the target sees it. It may go on to write after the other side has finished. */
export class Peer {
  readonly socket: Socket;
  /** When the other side has finished or broken the connection. */
  readonly end: Promise<PeerEnd>;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      socket.emit('more');
    });
    this.end = new Promise((resolve) => {
      socket.once('end', () => resolve('end')).once('error', () => resolve('reset'));
      socket.once('close', (broken) => resolve(broken ? 'reset' : 'end'));
    });
  }

  /** All that has come so far. */
  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get length(): number {
    return this.#length;
  }

  /** Waits until so many bytes have come. @returns all that has come */
  async bytes(count: number): Promise<Buffer> {
    while (this.#length < count) await once(this.socket, 'more');
    return this.received;
  }
}

export interface Target {
  /** As `to` of a connect. */
  readonly to: string;
  readonly port: number;
  /** In the order of their arrival. */
  readonly peers: readonly Peer[];
  /** Waits for the connection of that number, from 0. */
  peer(index?: number): Promise<Peer>;
  close(): Promise<void>;
}

/** Starts a target on a free port; `act` is what it does with each connection. */
export const startTarget = async (
  act: (peer: Peer) => void = () => {},
  { host = '127.0.0.1', port: asked = 0 } = {},
): Promise<Target> => {
  const peers: Peer[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const peer = new Peer(socket);
    peers.push(peer);
    act(peer);
    server.emit('peer');
  }).listen(asked, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    to: `tcp://${host}:${port}`,
    port,
    peers,
    async peer(index = 0) {
      while (peers.length <= index) await once(server, 'peer');
      return peers[index] as Peer;
    },
    async close() {
      for (const { socket } of peers) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Sends everything back, and ends when the client ends. */
export const echo = (): Promise<Target> => startTarget(({ socket }) => void socket.pipe(socket));

/** Says something first, then listens. */
export const greeter = (text: string | Uint8Array): Promise<Target> =>
  startTarget(({ socket }) => void socket.write(text));

/** Says something, finishes, and still listens. */
export const halfCloser = (text: string): Promise<Target> => startTarget(({ socket }) => void socket.end(text));

/** Takes nothing until its peer's socket is resumed. */
export const stalled = (): Promise<Target> => startTarget(({ socket }) => void socket.pause());

/** The bytes that a seed stands for: they depend on the seed and the offset alone. */
export const seededBytes = (seed: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let x = (seed * 2_654_435_761) | 1;
  for (let at = 0; at < length; at += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[at] = x & 0xff;
  }
  return bytes;
};

/** Sends so many seeded bytes as fast as they are taken, then finishes. */
export const source = (bytes: Uint8Array): Promise<Target> => startTarget(({ socket }) => void socket.end(bytes));

/** A port that nobody listens on. */
export const closedPort = async (): Promise<number> => {
  const target = await startTarget();
  await target.close();
  return target.port;
};

/** Sends each datagram back to where it came from. */
export const datagramEcho = async (): Promise<{ to: string; close(): Promise<void> }> => {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => socket.send(message, from.port, from.address)).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    to: `udp://127.0.0.1:${socket.address().port}`,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
};

/** Listens with the smallest queue and then never runs again, so that nobody takes a connection out of it. */
const SLEEPER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** A host that does not answer: its queue is full, so the system drops every further attempt (Linux). */
export const silentHost = async (): Promise<{ to: string; close(): Promise<void> }> => {
  const worker = new Worker(SLEEPER, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  // The queue holds two; the others wait in vain, and show that it is full.
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
  return {
    to: `tcp://127.0.0.1:${port}`,
    async close() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
};
