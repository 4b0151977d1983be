/** The built bridge as a child process, with hosts files of its own in a temporary directory. */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Program, startProgram } from '../support/process.ts';

const MAIN = resolve(dirname(fileURLToPath(import.meta.url)), '../../dist/server/main.js');

export interface RunOptions {
  /** Lines of the targets file. */
  targets: readonly string[];
  /** Lines of the routes file. */
  routes?: readonly string[];
  /** Further flags of `netwine serve`. */
  args?: readonly string[];
  /** Further files beside the hosts files, by name. */
  files?: Readonly<Record<string, string>>;
  /** The most file descriptors that the process may have, by `ulimit -n`. */
  descriptors?: number;
}

/** A bridge that is running. */
export interface Running {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The same as `ws://`. */
  readonly wsUrl: string;
  readonly port: number;
  readonly program: Program;
  /** Stops the process and removes its files. */
  stop(): Promise<void>;
}

/** Starts a bridge on a free loopback port. @throws with its output when it does not start, or is not built */
export async function startBridge(options: RunOptions): Promise<Running> {
  const { targets, routes = [], args = [], files = {}, descriptors } = options;
  await access(MAIN).catch((cause) => {
    throw new Error('the bridge is not built: run npm run build', { cause });
  });
  const directory = await mkdtemp(join(tmpdir(), 'netwine-peers-'));
  const all = { clients: 'allow @loopback\n', targets: text(targets), routes: text(routes), ...files };
  await Promise.all(Object.entries(all).map(([name, content]) => writeFile(join(directory, name), content)));
  const flags = ['--listen', '127.0.0.1:0', '--hosts', directory, ...args];
  // A test that has left a session behind need not wait for it.
  if (!args.includes('--drain')) flags.push('--drain', '0');
  const command = [process.execPath, MAIN, 'serve', ...flags];
  // Node raises its own soft limit to the hard one, so the shell sets both.
  const shell = descriptors === undefined ? [] : ['sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh'];
  const [first = '', ...rest] = [...shell, ...command];
  const program = await startProgram({ command: first, args: rest, ready: /listens at \S+;/ });
  const [, port = ''] = await program.waitFor(/listens at http:\/\/127\.0\.0\.1:(\d+)/);
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    port: Number(port),
    program,
    stop: async () => {
      await program.stop();
      await rm(directory, { recursive: true });
    },
  };
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
