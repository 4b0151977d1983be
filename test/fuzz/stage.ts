/** A built bridge that may reach one target only, and whose log, sessions, descriptors and end are watched. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settles } from '../fire/plan.ts';
import { BridgeLog } from '../support/bridge-log.ts';
import { makeFolder } from '../support/folder.ts';
import { HttpClient } from '../support/http-client.ts';
import { startProgram } from '../support/process.ts';
import { echo } from '../support/targets.ts';
import type { Aftermath } from './plan.ts';

export interface Stage {
  readonly port: number;
  /** What the bridge may reach, as `to`. */
  readonly to: string;
  /** The key of a session that lives, and lives on for a few more inputs. */
  key(): Promise<string>;
  close(): Promise<Aftermath>;
}

const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
/** Short, so that what is held is soon over. */
const TIMES = { ping: 0.2, hold: 0.1, keep: 1, ticket: 1, nonce: 0.5, drain: 1, 'connect-timeout': 1, 'udp-idle': 1 };
const INPUTS_A_KEY = 12;
/** The longest that a session is asked to be kept, and some more. */
const MOST_LIFE_MS = 25_000;

const descriptorsOf = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

/** Starts it. @throws where it does not start: run the build first */
export const startStage = async (): Promise<Stage> => {
  const target = await echo();
  const { path: hosts, remove } = makeFolder('netwine-fuzz-');
  await writeFile(join(hosts, 'clients'), 'allow 127.0.0.1\n');
  // No other port: an input that is changed may name that of a stranger.
  await writeFile(join(hosts, 'targets'), `allow 127.0.0.1 ${target.port}\n`);
  await writeFile(join(hosts, 'routes'), `/routed ${target.to}\n`);
  const flags = Object.entries(TIMES).flatMap(([name, seconds]) => [`--${name}`, `${seconds}`]);
  const log = new BridgeLog();
  const program = await startProgram({
    command: process.execPath,
    args: [main, 'serve', '--listen', '127.0.0.1:0', '--hosts', hosts, '--script', ...flags],
    ready: /listens at (\S+);/,
    heard: (text) => log.heard(text),
  });
  const [, url = ''] = await program.waitFor(/listens at (\S+);/);
  let exits = 0;
  void program.exit.then(() => {
    exits += 1;
  });
  const base = await descriptorsOf(program.pid);
  const http = new HttpClient(url);
  let used = 0;
  let key: Promise<string> | null = null;
  const open = async (): Promise<string> => (await http.open(target.to, { keep: 0 })).key;
  return {
    port: Number(new URL(url).port),
    to: target.to,
    key() {
      if (key === null || used % INPUTS_A_KEY === 0) key = open();
      used += 1;
      return key;
    },
    async close() {
      await http.close();
      let more = 0;
      const isBack = async (): Promise<boolean> => {
        more = exits > 0 ? 0 : Math.max(0, (await descriptorsOf(program.pid)) - base);
        return exits > 0 || (log.opened === log.over && more === 0);
      };
      await settles(isBack, MOST_LIFE_MS);
      const left = { exits, traces: log.traces, sessions: exits > 0 ? 0 : log.opened - log.over, descriptors: more };
      await program.stop();
      await target.close();
      remove();
      return left;
    },
  };
};
