/** One session whose answers are lost after the bridge has done what was asked, and that asks again each time. */
import { randomBytes } from 'node:crypto';
import { type Cutter, startCutter } from '../support/cutter.ts';
import type { Cut } from '../support/fate.ts';
import { randomFrom, seedOf } from '../support/random.ts';
import { type Peer, startTarget, type Target } from '../support/targets.ts';
import { compare, type Difference, sum } from './compare.ts';
import { WHOLE } from './plan.ts';
import { askInVain, dataOf, Posts } from './posts.ts';
import { bytesOf, comes } from './session-case.ts';

/** What a session asks, in its order. */
export const verbs = ['connect', 'receive', 'ticket', 'GET by ticket', 'send', 'exchange', 'close'] as const;
export type Verb = (typeof verbs)[number];

/** A script is its seed and the verbs whose answers are lost. */
export interface LossScript {
  seed: number;
  lost: readonly Verb[];
}

export interface Losses extends Difference {
  /** Answers that were lost, by verb. */
  lostAnswers: Record<Verb, number>;
  faults: string[];
}

const LENGTH = 100;
const HALF = LENGTH / 2;
const MOST_MS = 20_000;

/** The good way, two that lose each answer, and a target that greets each connection with bytes of its own. */
export interface Place {
  port: number;
  /** A proxy on the way may end an answer before its time, as if it were whole: Caddy does so now and then. */
  mayBreak: boolean;
  lossy: Record<Cut, Cutter>;
  target: Target;
  /** Whom it has greeted, by the greeting in base64. */
  greeted: Map<string, Peer>;
}

/** Around the bridge of that port. */
export const startPlace = async (port: number, mayBreak = false): Promise<Place> => {
  const greeted = new Map<string, Peer>();
  const target = await startTarget((peer) => {
    const greeting = randomBytes(LENGTH);
    greeted.set(greeting.toString('base64'), peer);
    peer.socket.write(greeting);
  });
  const losing = (by: Cut): Promise<Cutter> =>
    startCutter({ target: { host: '127.0.0.1', port }, plan: () => ({ dropAnswer: by }) });
  return { port, lossy: { fin: await losing('fin'), rst: await losing('rst') }, target, greeted, mayBreak };
};

const methodOf = (verb: Verb): 'GET' | 'POST' => (verb === 'GET by ticket' ? 'GET' : 'POST');

/** Asks by a script. */
class Asking {
  readonly #script: LossScript;
  readonly #place: Place;
  readonly #posts: Posts;
  readonly lostAnswers: Losses['lostAnswers'] = {
    connect: 0,
    receive: 0,
    ticket: 0,
    'GET by ticket': 0,
    send: 0,
    exchange: 0,
    close: 0,
  };
  readonly faults: string[] = [];

  constructor(script: LossScript, place: Place) {
    this.#script = script;
    this.#place = place;
    this.#posts = new Posts(place.port);
  }

  /** Asks, first in vain where the script says so. @returns the answer */
  async ask(verb: Verb, path: string, body?: Uint8Array): Promise<string> {
    const { seed, lost } = this.#script;
    const method = methodOf(verb);
    if (lost.includes(verb)) {
      const by = randomFrom(seedOf(seed, verbs.indexOf(verb)))() < 0.5 ? 'fin' : 'rst';
      const answered = await askInVain(this.#place.lossy[by].port, path, { body, method });
      if (answered) this.faults.push(`an answer to ${verb} was not lost`);
      else this.lostAnswers[verb] += 1;
    }
    return (await this.#posts.ask(path, { body, method })).text;
  }

  /** @throws where the answer is another one */
  async due(verb: Verb, expected: RegExp, { path, body }: { path: string; body?: Uint8Array }): Promise<string> {
    let text = await this.ask(verb, path, body);
    // What a client does where an answer does not say that it is over. [PROTOCOL 3]
    if (this.#place.mayBreak && /^AT /m.test(text) && !/^AGAIN$/m.test(text))
      text = (await this.#posts.ask(path, { body, method: methodOf(verb) })).text;
    if (!expected.test(text)) throw new Error(`${verb} is answered ${text}`);
    return text;
  }

  close(): void {
    this.#posts.close();
  }
}

/** Polls until the greeting has come. */
const readGreeting = async (asking: Asking, key: string): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for (let from = 0; from < LENGTH; ) {
    const path = `/receive?key=${key}&from=${from}&mode=poll`;
    const data = dataOf(await asking.due('receive', /^AGAIN$/m, { path }));
    parts.push(data);
    from += data.length;
  }
  return Buffer.concat(parts);
};

const converse = async (asking: Asking, { target, greeted }: Place, seed: number): Promise<Difference> => {
  const nonce = randomBytes(18).toString('base64url');
  const path = `/connect?to=127.0.0.1:${target.port}&nonce=${nonce}&mode=poll&hold=0`;
  const [, key = ''] = /^OK (\S+)/.exec(await asking.due('connect', /^OK \S+\n/, { path })) ?? [];
  const greeting = await readGreeting(asking, key);
  const peer = greeted.get(greeting.toString('base64'));
  if (peer === undefined) return { ...WHOLE, moved: LENGTH };
  const issued = await asking.due('ticket', /^OK \S+\n$/, { path: `/ticket?key=${key}` });
  const again = `/receive?ticket=${issued.slice(3).trim()}&from=0&mode=poll`;
  const down = compare(greeting, dataOf(await asking.due('GET by ticket', /^AGAIN$/m, { path: again })));
  const sent = bytesOf(seed, LENGTH);
  const first = { path: `/send?key=${key}&at=0`, body: sent.subarray(0, HALF) };
  await asking.due('send', new RegExp(`^OK ${HALF} `), first);
  const second = { path: `/exchange?key=${key}&at=${HALF}&from=${LENGTH}`, body: sent.subarray(HALF) };
  await asking.due('exchange', new RegExp(`^OK ${LENGTH} [^]*^AGAIN$`, 'm'), second);
  await comes(peer.bytes(LENGTH), MOST_MS);
  await asking.due('close', /^OK\n$/, { path: `/close?key=${key}` });
  if (!(await comes(peer.end, MOST_MS))) asking.faults.push('a close did not end the connection to the target');
  return sum(down, compare(sent, peer.received));
};

/** Runs a script. */
export const runLosses = async (script: LossScript, place: Place): Promise<Losses> => {
  const asking = new Asking(script, place);
  const difference = await converse(asking, place, script.seed).catch((error: Error) => {
    asking.faults.push(error.message);
    return WHOLE;
  });
  asking.close();
  return { ...difference, lostAnswers: asking.lostAnswers, faults: asking.faults };
};
