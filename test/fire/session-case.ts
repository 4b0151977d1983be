/** One session under fire: seeded bytes both ways through a hostile proxy, and what became of them. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { startCutter } from '../support/cutter.ts';
import type { Fate } from '../support/fate.ts';
import { anyLength, randomFrom, seedOf } from '../support/random.ts';
import { type Peer, seededBytes, startTarget } from '../support/targets.ts';
import { compare, type Difference, sum } from './compare.ts';
import type { Open } from './openers.ts';
import { settles } from './plan.ts';

/** All that a session depends on, but for the time. */
export interface Script {
  seed: number;
  /** So many in each direction. */
  bytes: number;
  /** Of its connections to the bridge, in their order. */
  fates: readonly Fate[];
}

export interface CaseResult extends Difference {
  /** Connections that were cut. */
  cuts: number;
  /** How often it went on by another way. */
  moves: number;
  /** Sockets that are left at the target. */
  leaks: number;
  faults: string[];
}

const LONGEST_WRITE = 65_536;
/** How much later than its client a target may hear the end. */
const LAST_MS = 5000;

/** Bytes that no two places share, made once: to make them costs more than to send them. */
const store = seededBytes(1, 16 * 1024 * 1024);

/** The bytes of a seed. */
export const bytesOf = (seed: number, length: number): Buffer => {
  const at = Math.floor(randomFrom(seed)() * (store.length - length));
  return store.subarray(at, at + length);
};

/** Writes in pieces of 1 byte to 64 KiB. */
export const writeAll = async (stream: Writable, bytes: Buffer, random: () => number): Promise<void> => {
  const over = once(stream, 'close').catch(() => {});
  for (let at = 0; at < bytes.length && !stream.destroyed; ) {
    const length = anyLength(random, 1, LONGEST_WRITE);
    const canTake = stream.write(bytes.subarray(at, at + length));
    at += length;
    if (!canTake) await Promise.race([once(stream, 'drain').catch(() => {}), over]);
  }
};

/** Writes all, and ends. */
export const feed = async (stream: Writable, bytes: Buffer, random: () => number): Promise<void> => {
  await writeAll(stream, bytes, random);
  if (!stream.destroyed) stream.end();
};

/** Waits for as long as a healthy run may take. @returns whether it came */
export const comes = async (event: Promise<unknown>, mostMs: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), mostMs);
  });
  const came = await Promise.race([event.then(() => true), late]);
  clearTimeout(timer);
  return came;
};

const leftOf = async (peers: readonly Peer[], mostMs: number): Promise<number> => {
  await settles(() => peers.every(({ socket }) => socket.closed), mostMs);
  return peers.filter(({ socket }) => !socket.closed).length;
};

/** What a target and a client hear of each other through a proxy with these fates. */
export const runCase = async (script: Script, open: Open, port: number): Promise<CaseResult> => {
  const { seed, bytes, fates } = script;
  const [down, up] = [bytesOf(seedOf(seed, 1), bytes), bytesOf(seedOf(seed, 2), bytes)];
  const target = await startTarget(({ socket }) => void feed(socket, down, randomFrom(seedOf(seed, 3))));
  const plan = (index: number): Fate => fates[index] ?? {};
  const cutter = await startCutter({ target: { host: '127.0.0.1', port }, plan, seed });
  const client = open(target.to, `http://127.0.0.1:${cutter.port}`);
  void feed(client.stream, up, randomFrom(seedOf(seed, 4)));
  const inTime = await comes(client.over, client.mostMs);
  const { peers } = target;
  const lastMs = Math.min(client.mostMs, LAST_MS);
  if (inTime) await comes(Promise.all(peers.map(({ end }) => end)), lastMs);
  const [wentDown, wentUp] = [client.got(), Buffer.concat(peers.map(({ received }) => received))];
  const faults = inTime ? [] : [`hangs: ${client.status()}, ${wentUp.length} bytes up, ${wentDown.length} down`];
  if (client.failure() !== null) faults.push(`ends with ${client.failure()}`);
  if (peers.length !== 1) faults.push(`${peers.length} connections at its target`);
  const leaks = inTime ? await leftOf(peers, lastMs) : 0;
  await client.close();
  await cutter.close();
  await target.close();
  const cuts = cutter.connections.filter(({ struck }) => struck).length;
  return { ...sum(compare(down, wentDown), compare(up, wentUp)), cuts, moves: client.moves(), leaks, faults };
};
