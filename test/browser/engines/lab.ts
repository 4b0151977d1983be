/** The target of the checks: it does what the first line of a connection says. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Lab {
  readonly port: number;
  /** Resolves when the connection that stays, of this run, is gone. */
  gone(run: string): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  promise: Promise<void>;
  resolve: () => void;
}

const waiting = (): Waiting => {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};

const CUTS = 3;

/** The byte at each offset of what is given. */
const pattern = (from: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => ((from + index) * 31 + ((from + index) >> 8)) & 255));

/** Adler-32 as the page writes it. [RFC 1950 8.2] */
const checksum = (bytes: Buffer): string => {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return `${bytes.length}-${a}-${b}`;
};

/** @param cut breaks every connection between the engines and the bridge */
export const startLab = async (cut: () => void): Promise<Lab> => {
  const kept = new Map<string, string>();
  const stays = new Map<string, Waiting>();
  const sockets = new Set<Socket>();
  const staying = (run: string): Waiting => {
    const known = stays.get(run) ?? waiting();
    stays.set(run, known);
    return known;
  };

  const collect = (socket: Socket, first: Buffer, done: (all: Buffer) => void): void => {
    const pieces = [first];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.on('end', () => done(Buffer.concat(pieces)));
  };
  /** Gives with pauses, and breaks what carries it in between. */
  const giveBroken = async (socket: Socket, length: number): Promise<void> => {
    const step = Math.ceil(length / (CUTS + 1));
    for (let at = 0; at < length && !socket.destroyed; at += step) {
      await new Promise((resolve) => socket.write(pattern(at, Math.min(step, length - at)), resolve));
      await new Promise((resolve) => setTimeout(resolve, 150));
      if (at + step < length) cut();
    }
    socket.end();
  };
  const act = (socket: Socket, [name, argument = '']: string[], rest: Buffer): void => {
    const length = Number(argument);
    socket.on('end', () => {
      if (name === 'echo') socket.end();
    });
    if (name === 'echo') {
      socket.write(rest);
      socket.on('data', (piece) => socket.write(piece));
    } else if (name === 'give') {
      socket.resume().end(pattern(0, length));
    } else if (name === 'take') collect(socket, rest, (all) => socket.end(checksum(all)));
    else if (name === 'half') {
      collect(socket, rest, (all) => kept.set(argument, all.toString('latin1')));
      socket.end('last words');
    } else if (name === 'recall') socket.resume().end(kept.get(argument) ?? 'nothing');
    else if (name === 'reset') socket.resetAndDestroy();
    else if (name === 'broken') void giveBroken(socket.resume(), length);
    else if (name === 'stay') {
      socket.once('close', () => staying(argument).resolve());
      // A page that goes says where its bytes end; the target sees that end.
      socket.once('end', () => socket.end());
      socket.resume().write('here');
    } else socket.end(`unknown: ${name}`);
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    let head = Buffer.alloc(0);
    const read = (piece: Buffer): void => {
      head = Buffer.concat([head, piece]);
      const end = head.indexOf(10);
      if (end < 0) return;
      socket.off('data', read);
      act(socket, head.subarray(0, end).toString('latin1').split(' '), head.subarray(end + 1));
    };
    socket.on('data', read);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    gone: (run) => staying(run).promise,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
