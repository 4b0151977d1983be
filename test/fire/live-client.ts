/** A client in a process of its own that reads and writes a little all the time, or only at last, and its target. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Transport } from '../../client/node/index.ts';
import { anyLength, randomFrom, seedOf } from '../support/random.ts';
import { type Peer, startTarget, type Target } from '../support/targets.ts';
import { compare, type Difference, sum } from './compare.ts';
import { bytesOf, comes } from './session-case.ts';

const program = fileURLToPath(new URL('pipe-client.mjs', import.meta.url));

const MOST_BYTES = 8 * 2 ** 20;
/** What is said at last, by those who were silent until then too. */
const LAST_BYTES = 100_000;
const LONGEST = 4096;
const PAUSE_MS = 10;
const MOST_MS = 40_000;

export interface LiveOptions {
  way: Transport;
  /** Says nothing before the end, and hears nothing. */
  isIdle: boolean;
  seed: number;
  url: string;
  env: Readonly<Record<string, string>>;
}

/** Seeded bytes, a few at a time. */
class Voice {
  readonly #bytes: Buffer;
  readonly #random: () => number;
  #said = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(seed: number) {
    this.#bytes = bytesOf(seed, MOST_BYTES + LAST_BYTES);
    this.#random = randomFrom(seed);
  }

  /** What was said. */
  get said(): Buffer {
    return this.#bytes.subarray(0, this.#said);
  }

  start(stream: Writable): void {
    this.#timer = setInterval(() => {
      if (this.#said < MOST_BYTES && !stream.writableNeedDrain) this.#say(stream, anyLength(this.#random, 1, LONGEST));
    }, PAUSE_MS);
  }

  end(stream: Writable): void {
    clearInterval(this.#timer);
    this.#say(stream, LAST_BYTES);
    stream.end();
  }

  #say(stream: Writable, length: number): void {
    stream.write(this.#bytes.subarray(this.#said, this.#said + length));
    this.#said += length;
  }
}

export class LiveClient {
  readonly name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #target: Target;
  readonly #peer: Peer;
  readonly #voices: { up: Voice; down: Voice };
  readonly #got: Buffer[] = [];
  readonly #over: Promise<unknown>;
  #told = '';

  private constructor(child: ChildProcessWithoutNullStreams, target: Target, peer: Peer, options: LiveOptions) {
    this.#child = child;
    this.#over = once(child, 'close');
    this.#target = target;
    this.#peer = peer;
    this.name = `${options.way}${options.isIdle ? ', idle' : ''}`;
    this.#voices = { up: new Voice(seedOf(options.seed, 1)), down: new Voice(seedOf(options.seed, 2)) };
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => this.#got.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#told += chunk.toString();
    });
    if (options.isIdle) return;
    this.#voices.up.start(child.stdin);
    this.#voices.down.start(peer.socket);
  }

  static async start(options: LiveOptions): Promise<LiveClient> {
    const target = await startTarget();
    const env = { ...process.env, ...options.env };
    const child = spawn(process.execPath, [program, target.to, options.url, options.way], { env });
    return new LiveClient(child, target, await target.peer(), options);
  }

  /** Sent to its process, if that is there. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** What its wall clock shows; 0 where it has ended. */
  async clock(): Promise<number> {
    const before = this.#told.length;
    this.#child.kill('SIGUSR2');
    for (;;) {
      const [, shown] = /clock (\d+)\n/.exec(this.#told.slice(before)) ?? [];
      if (shown !== undefined) return Number(shown);
      if (this.#child.exitCode !== null) return 0;
      await Promise.race([once(this.#child.stderr, 'data'), this.#over]);
    }
  }

  /** Says the last, and waits for the end of all. @returns what became of the bytes, and what went wrong */
  async end(): Promise<{ difference: Difference; faults: string[] }> {
    const { up, down } = this.#voices;
    up.end(this.#child.stdin);
    down.end(this.#peer.socket);
    const faults = (await comes(Promise.all([this.#over, this.#peer.end]), MOST_MS)) ? [] : [`${this.name}: hangs`];
    const [, failure] = /failure (.*)\n/.exec(this.#told) ?? [];
    if (failure !== undefined) faults.push(`${this.name}: ${failure}`);
    if (this.#target.peers.length !== 1) faults.push(`${this.#target.peers.length} connections at a target`);
    this.#child.kill('SIGKILL');
    await this.#target.close();
    const difference = sum(compare(down.said, Buffer.concat(this.#got)), compare(up.said, this.#peer.received));
    return { difference, faults };
  }
}
