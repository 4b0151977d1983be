/** Writes of a page, a request for each, of which a server in the middle resets those on used connections once they are processed. */
import { startMiddleBox } from '../support/middle-box.ts';
import { anyLength, randomFrom } from '../support/random.ts';
import { echo } from '../support/targets.ts';
import { compare, type Difference } from './compare.ts';
import { byPage, type PageOptions } from './page-openers.ts';
import { settles } from './plan.ts';
import { bytesOf, comes } from './session-case.ts';

/** One page and its writes. */
export interface RepeatScript extends Pick<PageOptions, 'lines' | 'browse' | 'page'> {
  seed: number;
  writes: number;
  /** The bridge behind the server in the middle. */
  bridge: string;
}

export interface Repeated {
  /** What became of the bytes on their way to the target, and of those that it sent back. */
  up: Difference;
  down: Difference;
  /** Sends that were processed and reset, so that they came again. */
  sends: number;
  /** Requests of other kinds of which the same is true. */
  others: number;
  leaks: number;
  faults: string[];
}

const MOST_MS = 200_000;
const LONGEST = 40;

/** Lengths of writes, each of which goes out when the one before was answered. */
const drawLengths = (seed: number, writes: number): number[] => {
  const random = randomFrom(seed);
  return Array.from({ length: writes }, () => anyLength(random, 1, LONGEST));
};

/** Runs a script by polls: a stream would be one request. */
export const runRepeats = async ({ seed, writes, bridge, ...page }: RepeatScript): Promise<Repeated> => {
  const lengths = drawLengths(seed, writes);
  const sent = bytesOf(
    seed,
    lengths.reduce((all, length) => all + length, 0),
  );
  const target = await echo();
  const box = await startMiddleBox(new URL(bridge), { resets: true });
  const url = box.url.slice(0, -1);
  const client = byPage({ ...page, pages: url, ways: ['xhr-poll'], most: 0 })(target.to, url);
  let at = 0;
  for (const length of lengths) {
    client.stream.write(sent.subarray(at, at + length));
    at += length;
  }
  client.stream.end();
  const inTime = await comes(client.over, MOST_MS);
  const faults = inTime ? [] : [`hangs: ${client.status()}`];
  if (client.failure() !== null) faults.push(`ends with ${client.failure()}`);
  const { peers } = target;
  if (peers.length !== 1) faults.push(`${peers.length} connections at its target`);
  else await settles(() => peers.every(({ socket }) => socket.closed), 5000);
  const resets = box.posts.filter(({ isReset }) => isReset);
  const sends = resets.filter(({ verb }) => verb.startsWith('send')).length;
  const result = {
    up: compare(sent, Buffer.concat(peers.map(({ received }) => received))),
    down: compare(sent, client.got()),
    sends,
    others: resets.length - sends,
    leaks: peers.filter(({ socket }) => !socket.closed).length,
    faults,
  };
  await client.close();
  await box.close();
  await target.close();
  return result;
};
