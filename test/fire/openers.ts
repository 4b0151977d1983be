/** The clients that a session under fire may have, all seen alike: the one for programs, and the naive one. */
import type { Duplex } from 'node:stream';
import { Agent } from 'undici';
import { ConnectionError, connect, type Transport } from '../../client/node/index.ts';
import { NaiveConnection } from './naive.ts';

/** A client whose bytes are kept. */
export interface Opened {
  readonly stream: Duplex;
  /** No session that goes well needs so long. */
  readonly mostMs: number;
  /** When it is closed. */
  readonly over: Promise<void>;
  got(): Buffer;
  /** How often it went on by another way. */
  moves(): number;
  /** Where it stands, for those who look for what it waits for. */
  status(): string;
  /** The code of its failure; one that ends without `finish`, or finishes before all is taken, has failed, too. */
  failure(): string | null;
  close(): Promise<void>;
}

export type Open = (to: string, url: string) => Opened;

/**
 * Keeps what comes by a stream, and how it ends.
 * @param waiting how many of the bytes that were written are not taken
 */
export const listen = (
  stream: Duplex,
  waiting: () => number = () => 0,
): Pick<Opened, 'stream' | 'over' | 'got' | 'failure'> => {
  const chunks: Buffer[] = [];
  let fault: string | null = 'no finish';
  stream.once('finish', () => {
    fault = waiting() > 0 ? `a finish that comes ${waiting()} bytes early` : null;
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => {});
  return {
    stream,
    over: new Promise((resolve) => {
      stream.once('close', () => resolve());
    }),
    got: () => Buffer.concat(chunks),
    failure: () => {
      const error = stream.errored;
      if (error) return error instanceof ConnectionError ? error.code : error.message;
      return stream.closed ? fault : null;
    },
  };
};

/** The client for programs, by these ways. */
export const byWays =
  (transports: readonly Transport[]): Open =>
  (to, url) => {
    // Its own, so that each connection is of this session.
    const agent = new Agent({ connections: null, pipelining: 1 });
    const connection = connect(to, { via: url, transports, dispatcher: agent });
    let moves = -1;
    let way = '';
    connection.on('change', () => {
      const { receiver } = connection.status;
      if (receiver !== way) moves += 1;
      way = receiver;
    });
    return {
      ...listen(connection, () => connection.status.written - connection.status.taken),
      mostMs: 120_000,
      moves: () => Math.max(moves, 0),
      status: () => JSON.stringify(connection.status),
      close: async () => {
        connection.destroy();
        await agent.destroy();
      },
    };
  };

/** The client of the naive bridge. */
export const naive: Open = (to, url) => {
  const connection = new NaiveConnection(to, url);
  return {
    ...listen(connection),
    // It cannot go well where the end of its stream is lost.
    mostMs: 1000,
    moves: () => 0,
    status: () => 'naive',
    close: async () => void connection.destroy(),
  };
};
