/** Targets for floods: one that sends as fast as it is taken from, and one that takes only when it is told to. */
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { PIECE_BYTES, piece } from './pattern.ts';

/** What the tests push, unless they are stopped: half a GiB. */
export const FLOOD_BYTES = 512 * 1024 * 1024;

interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

const listen = async (accept: (socket: Socket) => void): Promise<Listening> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A target that sends `FLOOD_BYTES` of the pattern to everyone who connects. */
export interface Source extends Listening {
  /** How many bytes the newest connection could get rid of. */
  sent(): number;
}

export async function startSource(): Promise<Source> {
  let newest: Socket | null = null;
  const listening = await listen((socket) => {
    newest = socket;
    socket.resume();
    let index = 0;
    const run = (): void => {
      while (!socket.destroyed && index * PIECE_BYTES < FLOOD_BYTES) {
        const free = socket.write(piece(index));
        index += 1;
        if (!free) return;
      }
      socket.end();
    };
    socket.on('drain', run);
    run();
  });
  return { ...listening, sent: () => (newest ? newest.bytesWritten - newest.writableLength : 0) };
}

/** A target that reads nothing until it is told to. */
export interface Sink extends Listening {
  /** From now on the newest connection is read. */
  resume(): void;
  /** How many bytes the newest connection has given. */
  taken(): number;
  /** Waits for the client's end. @returns the sha256 of all that came */
  ended(): Promise<string>;
}

export async function startSink(): Promise<Sink> {
  let newest: { socket: Socket; hash: Hash; bytes: number; end: Promise<unknown> } | null = null;
  const listening = await listen((socket) => {
    const end = once(socket, 'end');
    end.catch(() => {});
    const state = { socket, hash: createHash('sha256'), bytes: 0, end };
    newest = state;
    socket.on('data', (bytes) => {
      state.bytes += bytes.length;
      state.hash.update(bytes);
    });
    socket.pause();
  });
  const current = () => {
    if (!newest) throw new Error('nobody has connected');
    return newest;
  };
  return {
    ...listening,
    resume: () => void current().socket.resume(),
    taken: () => current().bytes,
    ended: async () => {
      const { end, hash } = current();
      await end;
      return hash.digest('hex');
    },
  };
}
