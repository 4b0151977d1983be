/** The built program as a child process on free ports, as the browser tests use it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Program, startProgram } from '../support/process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The built program; `npm test` builds it first. */
export const mainPath = join(root, 'dist', 'server', 'main.js');

const start = async (args: readonly string[], ready: RegExp): Promise<{ program: Program; found: RegExpExecArray }> => {
  const program = await startProgram({ command: process.execPath, args: [mainPath, ...args], ready });
  return { program, found: await program.waitFor(ready) };
};

export interface RunningDemo {
  program: Program;
  /** The address of the chat page, as the program prints it. */
  chatPage: string;
}

/** Starts bridge and chat on free ports. */
export const startDemoProgram = async (flags: readonly string[] = []): Promise<RunningDemo> => {
  const args = ['demo', '--listen', '127.0.0.1:0', '--chat', '127.0.0.1:0', '--drain', '0', ...flags];
  const { program, found } = await start(args, /^ {2}(http:\S+\/chat\.html\S*)$/m);
  return { program, chatPage: found[1] ?? '' };
};

export interface RunningBridge {
  /** Where it answers, without a slash at the end. */
  url: string;
  /** Ends it and removes its hosts files. */
  stop(): Promise<void>;
}

/** Starts a bridge whose targets file is this text. */
export const startBridgeProgram = async (targets: string, flags: readonly string[] = []): Promise<RunningBridge> => {
  const hosts = await mkdtemp(join(tmpdir(), 'netwine-hosts-'));
  await writeFile(join(hosts, 'clients'), 'allow @loopback\n');
  await writeFile(join(hosts, 'targets'), targets);
  const args = ['serve', '--listen', '127.0.0.1:0', '--hosts', hosts, '--drain', '0', ...flags];
  const { program, found } = await start(args, /netwine listens at (http:[^;\s]+)/);
  return {
    url: found[1] ?? '',
    stop: async () => {
      await program.stop();
      await rm(hosts, { recursive: true });
    },
  };
};
