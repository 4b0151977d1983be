/** A temporary directory in which README.md's commands run as printed, with `netwine` on the path. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../house/tree.ts';
import { type Program, startProgram } from '../support/process.ts';

export interface Room {
  readonly directory: string;
  /** Runs a script of the shell to its end. @returns its exit status and all that it printed */
  run(script: string): Promise<{ exit: number; out: string }>;
  /** Starts one command, and resolves when it has printed `ready`; it ends with the room. */
  start(command: string, ready: RegExp): Promise<Program>;
  /** Ends what was started, and removes the directory. */
  close(): Promise<void>;
}

const main = join(projectRoot, 'dist/server/main.js');

/** The packages of this project can be imported in a room. */
export const makeRoom = async (): Promise<Room> => {
  const directory = await mkdtemp(join(tmpdir(), 'netwine-readme-'));
  const bin = join(directory, '.bin');
  await mkdir(bin);
  await writeFile(join(bin, 'netwine'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 });
  await symlink(join(projectRoot, 'node_modules'), join(directory, 'node_modules'));
  // No configuration of the person who runs the tests, and no proxy on the way to loopback.
  const env = { HOME: directory, PATH: `${bin}:${process.env.PATH ?? ''}`, no_proxy: '*', NO_PROXY: '*' };
  const programs: Program[] = [];
  return {
    directory,
    async run(script) {
      const program = await startProgram({ command: 'bash', args: ['-c', script], cwd: directory, env });
      const { code } = await program.exit;
      return { exit: code ?? -1, out: program.output };
    },
    async start(command, ready) {
      const program = await startProgram({ command: 'bash', args: ['-c', command], cwd: directory, env, ready });
      programs.push(program);
      return program;
    },
    async close() {
      for (const program of programs.reverse()) await program.stop();
      await rm(directory, { recursive: true });
    },
  };
};
