/** An engine with all the processes that it starts, in a folder of its own; ended by process id, its folder removed. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from './at-end.ts';

/** How long processes may take to end by themselves, and to be gone once they are killed. */
const graceMs = 700;
const patienceMs = 10_000;
/** How much of what an engine prints is kept, in characters. */
const keptChars = 64 * 1024;

/** Every process inherits it, so that one that has made itself a daemon is found, too. */
const markName = 'ENGINE_UNDER_TEST';

const running = (groups: readonly number[], mark: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '');
        const [condition, , itsGroup] = stat.split(' ');
        if (condition === 'Z') return false;
        return groups.includes(Number(itsGroup)) || readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false; // It has ended, or is somebody else's.
      }
    });

const signal = (pids: readonly number[], name: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};

/** Processes around one folder. They see a bare environment: none of ours, no proxies, and that folder as their home. */
export class EngineProcess {
  readonly home = mkdtempSync(join(tmpdir(), 'netwine-engine-'));
  readonly #mark = `${markName}=${randomUUID()}`;
  readonly #children: ChildProcess[] = [];
  readonly #forget = atEnd(() => {
    signal(this.pids(), 'SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  });
  #output = '';

  /** All that was printed. */
  get output(): string {
    return this.#output;
  }

  /** The processes that run now. */
  pids(): number[] {
    const groups = this.#children.flatMap((child) => child.pid ?? []);
    return running(groups, this.#mark);
  }

  /** Starts a program in a process group of its own. @throws where it cannot be run */
  async start(
    command: string,
    args: readonly string[],
    { env = {}, stdio }: { env?: Readonly<Record<string, string>>; stdio?: SpawnOptions['stdio'] } = {},
  ): Promise<ChildProcess> {
    const [name = '', value = ''] = this.#mark.split('=');
    const { home } = this;
    const bare = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LANG: 'C.UTF-8', HOME: home, TMPDIR: home };
    const child = spawn(command, args, {
      cwd: home,
      detached: true,
      env: { ...bare, XDG_RUNTIME_DIR: home, [name]: value, ...env },
      stdio: stdio ?? 'pipe',
    });
    this.#children.push(child);
    // An engine that has ended breaks the pipe; that nothing is reported tells.
    child.stdin?.on('error', () => {});
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-keptChars);
      });
    }
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new Error(`${command} cannot be run: ${error.message}`)));
    });
    return child;
  }

  /** Ends all of it and removes the folder. @throws where a process outlives its killing */
  async stop(): Promise<void> {
    signal(this.pids(), 'SIGTERM');
    const startedMs = Date.now();
    // Of a process that is not our child nobody tells us the end: it has to be looked for.
    for (let left = this.pids(); left.length > 0; left = this.pids()) {
      const waitedMs = Date.now() - startedMs;
      if (waitedMs > patienceMs) throw new Error(`processes that cannot be ended: ${left.join(' ')}`);
      if (waitedMs > graceMs) signal(left, 'SIGKILL');
      await pause(20);
    }
    this.#forget();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
