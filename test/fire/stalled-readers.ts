/** Readers that take nothing until they are asked to, each with a target that has a GiB to say. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Transport, transports } from '../../client/node/index.ts';
import type { HttpClient } from '../support/http-client.ts';
import { seedOf } from '../support/random.ts';
import { startTarget, type Target } from '../support/targets.ts';
import { byWays } from './openers.ts';
import { settles } from './plan.ts';
import { bytesOf, comes } from './session-case.ts';

/** What each target has to say. */
const OFFERED = 1024 * 2 ** 20;
/** It says the same again after so many bytes. */
export const PERIOD = 8 * 2 ** 20;
const PIECE = 64 * 1024;
const MOST_MS = 60_000;
/** How much later than its reader a target may hear the end. */
const LAST_MS = 5000;

/** Somebody who takes nothing until he is asked to. */
export interface Reader {
  target: Target;
  /** What it says first. */
  sent: Buffer;
  /** Reads so many bytes from the beginning. @throws where they do not come */
  read(count: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Says the same again and again as fast as it is taken. */
const offer = async (socket: Socket, bytes: Buffer): Promise<void> => {
  const over = once(socket, 'close').catch(() => {});
  for (let at = 0; at < OFFERED && !socket.destroyed; at += PIECE) {
    const from = at % bytes.length;
    const canTake = socket.write(bytes.subarray(from, from + PIECE));
    if (!canTake) await Promise.race([once(socket, 'drain').catch(() => {}), over]);
  }
};

/** A program that reads nothing from its connection. */
const byWay = (way: Transport, target: Target, url: string): Pick<Reader, 'read' | 'close'> => {
  const client = byWays([way])(target.to, url);
  const { stream } = client;
  stream.pause();
  return {
    async read(count) {
      let length = 0;
      const enough = new Promise<void>((resolve) => {
        stream.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length >= count) resolve();
        });
      });
      stream.resume();
      const came = await comes(Promise.race([enough, client.over]), MOST_MS);
      stream.pause();
      if (!came || length < count) throw new Error(`${way}: ${length} bytes, ${client.failure() ?? client.status()}`);
      return client.got().subarray(0, count);
    },
    async close() {
      stream.destroy();
      // What asks the bridge to close is not to be cut off.
      await settles(() => target.peers.every(({ socket }) => socket.closed), LAST_MS);
      await client.close();
    },
  };
};

/** A held answer that nobody takes from the system, and polls when he goes on. */
const deaf = async (http: HttpClient, to: string): Promise<Pick<Reader, 'read' | 'close'>> => {
  const { key } = await http.open(to, { keep: 600 });
  const held = await http.hold('/receive', { key, from: 0, mode: 'stream', as: 'frames' });
  return {
    async read(count) {
      await held.rest();
      const first = held.bytes;
      const rest = await http.read(key, { from: first.length, count: count - first.length });
      return Buffer.concat([first, rest]).subarray(0, count);
    },
    close: async () => void (await http.ask('/close', { key })),
  };
};

/** Starts one with a target of its own; one after the other they stall in each way. */
export const startReader = async (index: number, seed: number, http: HttpClient): Promise<Reader> => {
  const sent = bytesOf(seedOf(seed, 60_000 + index), PERIOD);
  const target = await startTarget(({ socket }) => void offer(socket, sent));
  const way = transports[index % (transports.length + 1)];
  const reader = way === undefined ? await deaf(http, target.to) : byWay(way, target, http.url);
  return { target, sent, ...reader };
};
