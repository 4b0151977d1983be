/** F3: the answer to each verb is lost after the bridge has done what was asked, and the client asks again. */
import { randomBytes } from 'node:crypto';
import { type Cutter, startCutter } from '../../support/cutter.ts';
import type { Plan as Fates } from '../../support/fate.ts';
import { seedOf } from '../../support/random.ts';
import { type Peer, startTarget, type Target } from '../../support/targets.ts';
import { compare, type Difference, sum } from '../compare.ts';
import { type Arena, figure, type Plan, settles, tally, together } from '../plan.ts';
import { Posts, postInVain } from '../posts.ts';
import { bytesOf, comes } from '../session-case.ts';
import { type Stage, startStage } from '../stage.ts';

const sizes = { small: { sessions: 60, width: 4 }, full: { sessions: 5000, width: 6 } };

const LENGTH = 100;
const MOST_MS = 20_000;
const NOTHING: Difference = { lost: 0, doubled: 0, moved: 0 };

interface Seen extends Difference {
  /** Answers that were lost. */
  lostAnswers: number;
  faults: string[];
}

/** A target that greets each connection with bytes of its own, and whom it has greeted so. */
interface Greeter {
  target: Target;
  /** By the greeting in base64. */
  peers: Map<string, Peer>;
}

const startGreeter = async (): Promise<Greeter> => {
  const peers = new Map<string, Peer>();
  const target = await startTarget((peer) => {
    const greeting = randomBytes(LENGTH);
    peers.set(greeting.toString('base64'), peer);
    peer.socket.write(greeting);
  });
  return { target, peers };
};

/** The hostile way, the good one, and what was asked by both so far. */
class Asking {
  readonly #cutter: Cutter;
  readonly #posts: Posts;
  lostAnswers = 0;
  faults: string[] = [];

  constructor(cutter: Cutter, stage: Stage) {
    this.#cutter = cutter;
    this.#posts = new Posts(stage.port);
  }

  /** Asks in vain, and then again. @returns the second answer */
  async twice(path: string, body?: Uint8Array): Promise<string> {
    if (await postInVain(this.#cutter.port, path, body)) this.faults.push(`an answer to ${path} was not lost`);
    else this.lostAnswers += 1;
    return (await this.#posts.post(path, body)).text;
  }

  close(): void {
    this.#posts.close();
  }
}

const dataOf = (text: string): Buffer =>
  Buffer.concat([...text.matchAll(/^DATA (\S+)$/gm)].map(([, data = '']) => Buffer.from(data, 'base64')));

/** Polls until the greeting has come. */
const readGreeting = async (asking: Asking, key: string): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for (let from = 0; from < LENGTH; ) {
    const text = await asking.twice(`/receive?key=${key}&from=${from}&mode=poll`);
    const data = dataOf(text);
    if (data.length === 0 && !/^AGAIN$/m.test(text)) throw new Error(`receive is answered ${text}`);
    parts.push(data);
    from += data.length;
  }
  return Buffer.concat(parts);
};

const converse = async (asking: Asking, { target, peers }: Greeter, seed: number): Promise<Difference> => {
  const nonce = randomBytes(18).toString('base64url');
  const opened = await asking.twice(`/connect?to=127.0.0.1:${target.port}&nonce=${nonce}&mode=poll&hold=0`);
  const [, key] = /^OK (\S+)\n/.exec(opened) ?? [];
  if (key === undefined) throw new Error(`connect is answered ${opened}`);
  const peer = peers.get((await readGreeting(asking, key)).toString('base64'));
  if (peer === undefined) return { ...NOTHING, moved: LENGTH };
  const sent = bytesOf(seed, LENGTH);
  const answer = await asking.twice(`/send?key=${key}&at=0`, sent);
  if (!answer.startsWith(`OK ${LENGTH} `)) asking.faults.push(`send is answered ${answer}`);
  await comes(peer.bytes(LENGTH), MOST_MS);
  const closed = await asking.twice(`/close?key=${key}`);
  if (closed !== 'OK\n') asking.faults.push(`close is answered ${closed}`);
  if (!(await comes(peer.end, MOST_MS))) asking.faults.push('a close did not end the connection to the target');
  return compare(sent, peer.received);
};

const runCase = async (asking: Asking, greeter: Greeter, seed: number): Promise<Seen> => {
  const difference = await converse(asking, greeter, seed).catch((error: Error) => {
    asking.faults.push(error.message);
    return NOTHING;
  });
  asking.close();
  return { ...difference, lostAnswers: asking.lostAnswers, faults: asking.faults };
};

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const { sessions, width } = sizes[size];
  const stage = await startStage();
  const greeter = await startGreeter();
  const plan: Fates = (_, random) => ({ dropAnswer: random() < 0.5 ? 'fin' : 'rst' });
  const cutter = await startCutter({ target: { host: '127.0.0.1', port: stage.port }, plan, seed });
  const numbers = Array.from({ length: sessions }, (_, index) => index);
  const seen = await together(width, numbers, (index) =>
    runCase(new Asking(cutter, stage), greeter, seedOf(seed, 30_000 + index)),
  );
  const { peers } = greeter.target;
  await settles(() => peers.every(({ socket }) => socket.closed), 5000);
  const left = peers.filter(({ socket }) => !socket.closed).length;
  await cutter.close();
  const leaks = left + (await stage.leaks());
  await greeter.target.close();
  const once = peers.length === sessions ? [] : [`${peers.length} connections to the target for ${sessions} connects`];
  report({
    name: '',
    did: `${figure(sessions)} sessions, ${figure(seen.reduce((all, one) => all + one.lostAnswers, 0))} answers lost`,
    ...seen.reduce<Difference>(sum, NOTHING),
    leaks,
    exits: await stage.close(),
    faults: [...once, ...tally(seen.flatMap(({ faults }) => faults))],
  });
};

export const lostAnswers: Plan = {
  id: 'F3',
  about: 'answers to connect, receive, send and close that are lost after processing',
  aim: 'one target connection for each connect, each byte once, nothing left behind',
  run,
};
