/**
 * The bridge that the black-box suite speaks to: the one of NETWINE_URL, or a child process of our own from `dist`.
 *
 * A bridge of NETWINE_URL must run on this machine and allow this client, and in its targets file
 *   allow 127.0.0.1 *
 *   allow 127.0.0.1 * /udp      (written without the blank)
 *   allow netwine-unknown.invalid 80
 * and nothing else: 127.0.0.2 is what the suite expects to be denied. PROTOCOL_LACKS names, with commas, what the way to
 * it cannot do; tests that need it are skipped.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { makeFolder } from './folder.ts';
import { HttpClient } from './http-client.ts';
import { type Exit, type Program, startProgram } from './process.ts';

/** What a test needs of the way between it and the bridge, and of the bridge. */
export type Need =
  /** Bytes of an answer arrive before its end. */
  | 'stream'
  /** WebSockets pass. */
  | 'upgrade'
  /** Bytes of a request arrive as they were written, and one at a time. */
  | 'raw head'
  /** The bridge learns that a client has left. */
  | 'client leaving seen'
  /** Whether the connection stays open is the bridge's word. */
  | 'connection'
  /** The bridge is a child of the suite: its memory, log, routes and signals can be used. */
  | 'own bridge';

const lacking = new Set([
  ...(process.env.PROTOCOL_LACKS ?? '').split(','),
  ...(process.env.NETWINE_URL === undefined ? [] : ['own bridge']),
]);

/** A test that runs where the way to the bridge can do what it needs. `timeoutMs` is generous: times come from INFO. */
export const needs = (what: readonly Need[], name: string, run: () => Promise<void>, timeoutMs = 20_000): void =>
  test(name, { timeout: timeoutMs, skip: what.some((need) => lacking.has(need)) }, run);

export interface Running {
  /** Without a slash at its end. */
  readonly url: string;
  /** Null where it is not ours. */
  readonly program: Program | null;
  /** @returns how a bridge of ours has ended */
  close(): Promise<Exit | null>;
}

export interface BridgeSettings {
  args?: readonly string[];
  /** Lines of its routes file. */
  routes?: string;
  /** In the place of its short times: seconds by the name of the flag. */
  times?: Readonly<Record<string, number>>;
  /** Added to our own environment. */
  env?: Readonly<Record<string, string>>;
  /** Told all that it prints. */
  heard?: (text: string) => void;
}

const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

/** Short, so that the passing of time can be awaited. A keep that a client asks for is at least 10 s. */
const SHORT = { ping: 0.4, hold: 1, keep: 2, ticket: 1, nonce: 1, drain: 1, 'connect-timeout': 1, 'udp-idle': 1 };
const TARGETS = 'allow 127.0.0.1 *\nallow 127.0.0.1 */udp\nallow netwine-unknown.invalid 80\n';

/** Starts a bridge of our own with short times. @throws with its output where it does not start: run the build first */
export const startBridge = async (settings: BridgeSettings = {}): Promise<Running> => {
  const { args = [], routes = '', times = {}, env = {}, heard } = settings;
  const { path: hosts, remove } = makeFolder('netwine-hosts-');
  await writeFile(join(hosts, 'clients'), 'allow 127.0.0.1\n');
  await writeFile(join(hosts, 'targets'), TARGETS);
  await writeFile(join(hosts, 'routes'), routes);
  const flags = Object.entries({ ...SHORT, ...times }).flatMap(([name, seconds]) => [`--${name}`, `${seconds}`]);
  const program = await startProgram({
    command: process.execPath,
    args: [main, 'serve', '--listen', '127.0.0.1:0', '--hosts', hosts, ...flags, ...args],
    env,
    ready: /listens at (\S+);/,
    ...(heard ? { heard } : {}),
  });
  const [, url = ''] = await program.waitFor(/listens at (\S+);/);
  return {
    url,
    program,
    async close() {
      const exit = await program.stop();
      remove();
      return exit;
    },
  };
};

/** What a test file works with; of use once its tests run. */
export interface Suite {
  readonly url: string;
  readonly http: HttpClient;
  readonly program: Program;
  /** Closes a thing when the file is done, the last one first. */
  closing<T extends { close(): unknown }>(thing: T | Promise<T>): Promise<T>;
}

/** One bridge for the tests of a file. */
export const useBridge = (settings: BridgeSettings | (() => Promise<BridgeSettings>) = {}): Suite => {
  const things: { close(): unknown }[] = [];
  let running: Running | null = null;
  let http: HttpClient | null = null;
  const started = <T>(thing: T | null): T => {
    if (thing === null) throw new Error('the bridge of this file is not there, or not ours');
    return thing;
  };
  beforeAll(async () => {
    const given = process.env.NETWINE_URL?.replace(/\/$/, '');
    const start = async () => startBridge(typeof settings === 'function' ? await settings() : settings);
    running = given === undefined ? await start() : { url: given, program: null, close: async () => null };
    http = new HttpClient(running.url);
  });
  afterAll(async () => {
    for (const thing of things.reverse()) await thing.close();
    await http?.close();
    await running?.close();
  });
  return {
    get url() {
      return started(running).url;
    },
    get http() {
      return started(http);
    },
    get program() {
      return started(started(running).program);
    },
    async closing(thing) {
      const one = await thing;
      things.push(one);
      return one;
    },
  };
};

/** Resident memory of a process, in bytes (Linux). */
export const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
};
