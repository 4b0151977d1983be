/** Writes to one session as posts that come once, twice or thrice, late and in another order; and what its target gets. */
import { type Cutter, startCutter } from '../support/cutter.ts';
import type { Plan as Fates } from '../support/fate.ts';
import { anyLength, randomFrom } from '../support/random.ts';
import { startTarget } from '../support/targets.ts';
import { compare, type Difference } from './compare.ts';
import { settles } from './plan.ts';
import { Posts } from './posts.ts';
import { bytesOf, comes } from './session-case.ts';

/** One write as it is delivered: where it begins, and how long it is. */
export interface Delivery {
  at: number;
  length: number;
  /** As base64, of which a bridge knows the length only when it has read it. */
  isCoded?: true;
}

/** A script is its seed and its deliveries. */
export interface DeliveryScript {
  seed: number;
  /** In the order in which they go out. */
  deliveries: readonly Delivery[];
}

/** What became of the posts. */
interface Done {
  posts: number;
  /** Deliveries that were refused because they came too early, and came again. */
  refused: number;
  faults: string[];
}

export interface Delivered extends Difference, Done {
  leaks: number;
}

/** The longest write: of the long ones so many at once come early that they go beyond any window. */
export const LONGEST = { short: 200, long: 20_000 };
/** A delivery comes up to so many writes later than its turn. */
const SPREAD = 60;
const LANES = 8;
/** One that came too early comes again behind so many others: those that the bridge waits for are among them. */
const BEHIND = 30;
/** No end needs so long. */
const MOST_MS = 20_000;

/** How writes are drawn. */
interface Draw {
  writes: number;
  longest: number;
  /** Half of the posts are. */
  isCoded: boolean;
}

/** Each write one to three times, in an order in which they overtake each other. */
export const drawDeliveries = (seed: number, { writes, longest, isCoded }: Draw): DeliveryScript => {
  const random = randomFrom(seed);
  const due: { turn: number; delivery: Delivery }[] = [];
  let at = 0;
  for (let write = 0; write < writes; write += 1) {
    const length = anyLength(random, 1, longest);
    const copies = 1 + Math.floor(random() * 3);
    for (let copy = 0; copy < copies; copy += 1) {
      const turn = write + random() * SPREAD;
      const coding: Pick<Delivery, 'isCoded'> = isCoded && random() < 0.5 ? { isCoded: true } : {};
      due.push({ turn, delivery: { at, length, ...coding } });
    }
    at += length;
  }
  return { seed, deliveries: due.sort((a, b) => a.turn - b.turn).map(({ delivery }) => delivery) };
};

/** Half of the connections are slow, each piece for itself. */
const manners: Fates = (index, random) => (index % 2 === 0 ? {} : { jitterMs: 3, sliceTo: 200 + random() * 400 });

const openKey = async (posts: Posts, to: string, seed: number): Promise<string> => {
  const nonce = `fire-${seed >>> 0}-${process.pid}-${performance.now()}`.padEnd(22, '0');
  const { text } = await posts.post(`/connect?to=${to}&nonce=${nonce}&mode=poll&hold=0`);
  const [, key] = /^OK (\S+)\n/.exec(text) ?? [];
  if (key === undefined) throw new Error(`connect answered ${text}`);
  return key;
};

interface Sending {
  cutter: Cutter;
  key: string;
  sent: Buffer;
  deliveries: readonly Delivery[];
}

/** Delivers all of them; one that came too early, or was not taken for another reason, comes again a little later. */
const deliver = async ({ cutter, key, sent, deliveries }: Sending): Promise<Done> => {
  const queue = [...deliveries];
  // Each may be refused often while others wait, but not for ever.
  const mostPosts = 20 * deliveries.length;
  const done: Done = { posts: 0, refused: 0, faults: [] };
  const lane = async (): Promise<void> => {
    const posts = new Posts(cutter.port);
    for (let next = queue.shift(); next !== undefined && done.posts < mostPosts; next = queue.shift()) {
      const { at, length, isCoded = false } = next;
      const bytes = sent.subarray(at, at + length);
      const body = isCoded ? Buffer.from(bytes.toString('base64url')) : bytes;
      const text = await posts.post(`/send?key=${key}&at=${at}${isCoded ? '&body=base64' : ''}`, body).then(
        (answer) => answer.text,
        (error: Error) => error.message,
      );
      done.posts += 1;
      if (/^OK\b/.test(text)) continue;
      if (text.startsWith('NO OFFSET up ')) done.refused += 1;
      else done.faults.push(`a post is answered ${text.trim()}`);
      queue.splice(BEHIND, 0, next);
    }
    posts.close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return done;
};

/** Runs a script against the bridge of that port. */
export const runDeliveries = async ({ seed, deliveries }: DeliveryScript, port: number): Promise<Delivered> => {
  const sent = bytesOf(seed, Math.max(0, ...deliveries.map(({ at, length }) => at + length)));
  const target = await startTarget();
  const cutter = await startCutter({ target: { host: '127.0.0.1', port }, plan: manners, seed });
  const posts = new Posts(port);
  const key = await openKey(posts, `127.0.0.1:${target.port}`, seed);
  const done = await deliver({ cutter, key, sent, deliveries });
  const last = await posts.post(`/send?key=${key}&at=${sent.length}&end=${sent.length}`).catch(() => null);
  const peer = await target.peer();
  // A refused end will not come.
  const ended = last?.text.startsWith('OK') && (await comes(peer.end, MOST_MS));
  if (!ended) done.faults.push(`the end did not come, the last answer was ${last?.text.trim()}`);
  const got = peer.received;
  peer.socket.end();
  await posts.post(`/close?key=${key}`).catch(() => null);
  const leaks = (await settles(() => peer.socket.closed, 5000)) ? 0 : 1;
  posts.close();
  await cutter.close();
  await target.close();
  return { ...compare(sent, got), ...done, leaks };
};
