/** One small session over plain requests: a greeting down, a few bytes up, and whether all of it came once. */
import { randomBytes } from 'node:crypto';
import { seedOf } from '../support/random.ts';
import { startTarget, type Target } from '../support/targets.ts';
import { compare, type Difference, sum } from './compare.ts';
import { dataOf, type Posts } from './posts.ts';
import { bytesOf, comes } from './session-case.ts';

/** Of the bytes in each direction. */
export const TALK_LENGTH = 24;
const MOST_MS = 10_000;
const MOST_POLLS = 20;

/** A session, its target, and the good way by which it is asked. */
export class Talk {
  readonly target: Target;
  readonly greeting: Buffer;
  readonly sent: Buffer;
  readonly nonce = randomBytes(18).toString('base64url');
  key = '';
  /** Once it was asked for. */
  ticket = '';
  /** A second session, where one request is about two. */
  partner: Talk | null = null;
  readonly #seed: number;
  readonly #posts: Posts;

  private constructor(target: Target, posts: Posts, { greeting, seed }: { greeting: Buffer; seed: number }) {
    this.target = target;
    this.#posts = posts;
    this.#seed = seed;
    this.greeting = greeting;
    this.sent = bytesOf(seedOf(seed, 2), TALK_LENGTH);
  }

  /** With a target of its own. */
  static async start(posts: Posts, seed: number): Promise<Talk> {
    const greeting = bytesOf(seedOf(seed, 1), TALK_LENGTH);
    const target = await startTarget(({ socket }) => {
      socket.once('end', () => socket.end());
      socket.write(greeting);
    });
    return new Talk(target, posts, { greeting, seed });
  }

  /** The address of its target. */
  get to(): string {
    return `127.0.0.1:${this.target.port}`;
  }

  /** Opens the session, or asks for it again. @throws where it is not answered with a key */
  async connect(): Promise<void> {
    const { text } = await this.#posts.post(`/connect?to=${this.to}&nonce=${this.nonce}&mode=poll&hold=0`);
    const [, key] = /^OK (\S+)\n/.exec(text) ?? [];
    if (key === undefined) throw new Error(`connect is answered ${text}`);
    this.key = key;
  }

  /** Asks for a ticket. @throws where there is none */
  async takeTicket(): Promise<void> {
    const { text } = await this.#posts.post(`/ticket?key=${this.key}`);
    this.ticket = /^OK (\S+)\n$/.exec(text)?.[1] ?? '';
    if (this.ticket === '') throw new Error(`ticket is answered ${text}`);
  }

  /** The partner, whose greeting has come to the bridge. */
  async pair(): Promise<void> {
    this.partner = await Talk.start(this.#posts, seedOf(this.#seed, 3));
    await this.partner.connect();
    await this.partner.read();
  }

  /** Polls until the greeting has come; a request that was late may take its place, which it is told. */
  async read(from = 0): Promise<Buffer> {
    let got = Buffer.alloc(0);
    for (let polls = 0; from + got.length < TALK_LENGTH && polls < MOST_POLLS; polls += 1) {
      const { text } = await this.#posts.post(`/receive?key=${this.key}&from=${from + got.length}&mode=poll&hold=5`);
      const data = dataOf(text);
      if (data.length === 0 && !/^(?:AGAIN|MOVED \d+)$/m.test(text)) throw new Error(`receive is answered ${text}`);
      got = Buffer.concat([got, data]);
    }
    return got;
  }

  /** Goes on to the end: all bytes both ways, those down from an offset, and a close. @throws where an answer is not the one that is due */
  async finish(from = 0): Promise<Difference> {
    const down = compare(this.greeting.subarray(from), await this.read(from));
    const answer = await this.#posts.post(`/send?key=${this.key}&at=0`, this.sent);
    if (!answer.text.startsWith(`OK ${TALK_LENGTH} `)) throw new Error(`send is answered ${answer.text}`);
    const peer = await this.target.peer();
    await comes(peer.bytes(TALK_LENGTH), MOST_MS);
    await this.close();
    const both = sum(down, compare(this.sent, peer.received));
    return this.partner ? sum(both, await this.partner.finish()) : both;
  }

  /** Closes by an end that its bytes have yet to reach, as a page does that is left. @throws where they do not */
  async leaveAt(end: number): Promise<Difference> {
    const { text } = await this.#posts.post(`/close?key=${this.key}&end=${end}`);
    if (text !== 'OK\n') throw new Error(`close is answered ${text}`);
    const answer = await this.#posts.post(`/send?key=${this.key}&at=0`, this.sent);
    if (!answer.text.startsWith(`OK ${end} `)) throw new Error(`send is answered ${answer.text}`);
    const peer = await this.target.peer();
    if (!(await comes(peer.end, MOST_MS))) throw new Error('an end did not reach the target');
    return compare(this.sent, peer.received);
  }

  /** Closes, and asks whether it is closed. @throws where it is not */
  async close(): Promise<void> {
    const closed = await this.#posts.post(`/close?key=${this.key}`);
    if (closed.text !== 'OK\n') throw new Error(`close is answered ${closed.text}`);
    const { text } = await this.#posts.post(`/receive?key=${this.key}&mode=poll&hold=0`);
    if (!text.startsWith('NO GONE ')) throw new Error(`receive after close is answered ${text}`);
    const peer = await this.target.peer();
    if (!(await comes(peer.end, MOST_MS))) throw new Error('a close did not end the connection to the target');
  }

  /** Waits for the ends of what the bridge has dialled. @returns how many are left */
  async leave(): Promise<number> {
    const { peers } = this.target;
    await comes(Promise.all(peers.map(({ end }) => end)), MOST_MS);
    const left = peers.filter(({ socket }) => !socket.readableEnded && !socket.destroyed).length;
    await this.target.close();
    return left + (this.partner ? await this.partner.leave() : 0);
  }
}
