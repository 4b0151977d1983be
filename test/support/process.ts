/** Child programs of tests: started, awaited by what they print or by the port they open, and stopped by process id. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve as pathOf } from 'node:path';
import { atEnd } from './at-end.ts';

/** How much of what a program prints is kept, in characters; the oldest goes first. */
const keptChars = 1024 * 1024;

export interface ProgramOptions {
  command: string;
  args?: readonly string[];
  /** Added to our own environment. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** What must be printed, or the loopback TCP port that must accept, before `startProgram` resolves; absent: nothing. */
  ready?: RegExp | { port: number };
  /** For `ready`, and the default of `waitFor`: 15 s. */
  timeoutMs?: number;
  /** Told all that is printed, as it comes; `output` keeps the last of it only. */
  heard?: (text: string) => void;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that was started; it is killed with the test process whatever happens. */
export class Program {
  readonly pid: number;
  /** Resolves when the program has ended and all that it printed is in `output`. */
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #watchers = new Set<() => void>();
  #output = '';
  #ended: Exit | null = null;

  constructor(child: ChildProcess, name: string, timeoutMs: number) {
    this.pid = child.pid ?? 0;
    this.#child = child;
    this.#name = name;
    this.#timeoutMs = timeoutMs;
    const forget = atEnd(() => void child.kill('SIGKILL'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-keptChars);
        this.#wake();
      });
    }
    this.exit = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        forget();
        this.#ended = { code, signal };
        this.#wake();
        resolve(this.#ended);
      });
    });
  }

  /** All that was printed, on both outputs, in the order of its arrival. */
  get output(): string {
    return this.#output;
  }

  /** The program's standard input. */
  get input(): NonNullable<ChildProcess['stdin']> {
    if (this.#child.stdin === null) throw new Error(`${this.#name} has no input`);
    return this.#child.stdin;
  }

  /**
   * Waits until `pattern` is found in `output`, from its beginning on.
   * @throws with all output when the program ends before, or after `timeoutMs`
   */
  async waitFor(pattern: RegExp, timeoutMs = this.#timeoutMs): Promise<RegExpExecArray> {
    return await this.#until(() => pattern.exec(this.#output), `it printed ${pattern}`, timeoutMs);
  }

  /**
   * Waits until a loopback port accepts connections.
   * @throws as `waitFor` does
   */
  async waitForPort(port: number, timeoutMs = this.#timeoutMs): Promise<void> {
    let accepted: true | null = null;
    let asking = true;
    const ask = (): void => {
      const socket = connect(port, '127.0.0.1');
      // Refused is what is expected until the program listens.
      socket.once('error', () => asking && setTimeout(ask, 20));
      socket.once('connect', () => {
        accepted = true;
        socket.destroy();
        this.#wake();
      });
    };
    ask();
    try {
      await this.#until(() => accepted, `port ${port} accepted`, timeoutMs);
    } finally {
      asking = false;
    }
  }

  /** Ends the program: SIGTERM, then SIGKILL after `graceMs`. Harmless when it has ended already. */
  async stop(graceMs = 5000): Promise<Exit> {
    if (this.#ended !== null) return this.#ended;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    const exit = await this.exit;
    clearTimeout(timer);
    return exit;
  }

  async #until<T>(look: () => T | null, what: string, timeoutMs: number): Promise<T> {
    let stopWatching = (): void => {};
    const found = new Promise<T>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`${this.#name} ${why} before ${what}; its output:\n${this.#output}`));
      const watch = (): void => {
        const value = look();
        if (value !== null) resolve(value);
        else if (this.#ended !== null) fail(`ended (${this.#ended.signal ?? `exit ${this.#ended.code}`})`);
      };
      const timer = setTimeout(() => fail(`took longer than ${timeoutMs} ms`), timeoutMs);
      stopWatching = () => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      this.#watchers.add(watch);
      watch();
    });
    return await found.finally(stopWatching);
  }

  #wake(): void {
    for (const watch of [...this.#watchers]) watch();
  }
}

/** The system itself ends a program with us: who is killed cannot. The program keeps its process id. [prctl(2)] */
const WITH_US = ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** Whether the system would find it. */
const isThere = (command: string, folder: string, path: string): boolean =>
  (command.includes('/') ? [''] : path.split(':')).some((place) => existsSync(pathOf(folder, place, command)));

/**
 * Starts a program and waits until it is ready. Programs in the system's `sbin` folders are found, too.
 * @throws when it cannot be run, or ends or is too slow before it is ready; it is stopped then
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { command, args = [], env = {}, cwd = '.', ready, timeoutMs = 15_000, heard } = options;
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const { PATH = path } = env;
  if (!isThere(command, cwd, PATH)) throw new Error(`${command} cannot be run: it is not there`);
  const [withUs, ...flags] = WITH_US;
  const child = spawn(withUs, [...flags, command, ...args], { cwd, env: { ...process.env, ...env, PATH } });
  const started = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.on('error', (error) => reject(new Error(`${command} cannot be run: ${error.message}`, { cause: error })));
  });
  // A program that ends early breaks the pipe of its input; its exit is what tells.
  child.stdin.on('error', () => {});
  await started;
  const program = new Program(child, command, timeoutMs);
  if (heard) for (const stream of [child.stdout, child.stderr]) stream.on('data', heard);
  try {
    if (ready instanceof RegExp) await program.waitFor(ready);
    else if (ready !== undefined) await program.waitForPort(ready.port);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return program;
}
