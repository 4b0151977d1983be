/** A fire, a fuzz or a soak that is interrupted says what it has done, and leaves no process behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { atEnd } from '../support/at-end.ts';
import { settles } from './plan.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Those that inherited a mark and have not ended (Linux). [proc(5)] */
const processesOf = (mark: string): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1').replace(/^.*\) /s, '');
        const [condition, parent] = stat.split(' ');
        const isMarked = readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark);
        if (condition === 'Z' || !isMarked) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ');
        return [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return []; // It has ended meanwhile.
      }
    });

/** A script of npm in a group of its own. */
class Run {
  readonly group: number;
  readonly #mark = randomUUID();
  output = '';
  readonly #child: ChildProcess;
  readonly #over: Promise<unknown[]>;

  constructor(...args: readonly string[]) {
    const env = { ...process.env, INTERRUPTED_RUN: this.#mark };
    this.#child = spawn('npm', ['run', '--ignore-scripts', ...args], { cwd: root, detached: true, env });
    this.group = this.#child.pid ?? 0;
    this.#over = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text: Buffer) => {
        this.output += text;
      });
    forgets.push(atEnd(() => this.kill()));
  }

  /** Waits until one of its bridges listens. */
  async bridge(): Promise<Process> {
    const isBridge = ({ command }: Process): boolean => command.includes('dist/server/main.js serve');
    await settles(() => processesOf(this.#mark).some(isBridge), 60_000);
    const [bridge] = processesOf(this.#mark).filter(isBridge);
    if (bridge === undefined) throw new Error(`no bridge has come: ${this.output}`);
    return bridge;
  }

  /** Waits for its end. @returns how it ended, and what is left of it */
  async rest(): Promise<{ ended: unknown[]; left: Process[] }> {
    const ended = await this.#over;
    await settles(() => processesOf(this.#mark).length === 0);
    return { ended, left: processesOf(this.#mark) };
  }

  kill(): void {
    for (const { pid } of processesOf(this.#mark)) process.kill(pid, 'SIGKILL');
  }
}

const forgets: (() => void)[] = [];
const runs: Run[] = [];
const start = (...args: readonly string[]): Run => {
  const run = new Run(...args);
  runs.push(run);
  return run;
};

afterEach(() => {
  for (const run of runs.splice(0)) run.kill();
  for (const forget of forgets.splice(0)) forget();
});

const MOST_MS = 90_000;

test('a Ctrl-C, which all of its processes get, ends a fire with its table', { timeout: MOST_MS }, async () => {
  const run = start('fire', '--', '--only', 'F3,F6', '--size', 'small', '--seed', '5');
  await settles(() => run.output.includes('F6:'), MOST_MS);
  await run.bridge();
  process.kill(-run.group, 'SIGINT');
  expect(await run.rest()).toEqual({ ended: [130, null], left: [] });
  expect(run.output).toMatch(/^interrupted: /m);
  expect(run.output).toMatch(/^F3 .* green$/m);
});

test('a SIGTERM that only npm gets ends a fuzz with its table', { timeout: MOST_MS }, async () => {
  const run = start('fuzz', '--', '--only', 'requests', '--count', '100000000', '--seed', '5');
  await run.bridge();
  process.kill(run.group, 'SIGTERM');
  expect(await run.rest()).toEqual({ ended: [143, null], left: [] });
  expect(run.output).toMatch(/^interrupted: /m);
});

test('a Ctrl-C ends a soak with its table, and its bridge by its own hand', { timeout: MOST_MS }, async () => {
  const run = start('soak', '--', '--minutes', '30', '--idle', '3', '--busy', '2', '--seed', '5');
  await settles(() => run.output.includes('minute   0'), MOST_MS);
  await run.bridge();
  process.kill(-run.group, 'SIGINT');
  expect(await run.rest()).toEqual({ ended: [130, null], left: [] });
  expect(run.output).toMatch(/^interrupted after /m);
  expect(run.output).toMatch(/^exits +0 +0 +green$/m);
});

test('a worker that is killed takes its bridge along', { timeout: MOST_MS }, async () => {
  const run = start('fire', '--', '--only', 'F6', '--size', 'small', '--seed', '5');
  const bridge = await run.bridge();
  process.kill(bridge.parent, 'SIGKILL');
  expect(await run.rest()).toEqual({ ended: [1, null], left: [] });
});
