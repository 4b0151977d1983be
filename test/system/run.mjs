/** Runs the programs of the installation, each in a process group of its own that is waited for to its last process. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/** How long programs that were told to stop may take before they are killed. */
const patienceMs = 30_000;

/**
 * The signal that stops the installation, and the group that runs now.
 * @type {{ signal: NodeJS.Signals | null, group: number | null }}
 */
export const state = { signal: null, group: null };

/**
 * Sends to all processes of a group; that it may have ended meanwhile is no error.
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * Whether any process of the group runs. Ended ones that nobody has fetched do not count: a container's first process may
 * never fetch the orphans that it is given. [proc(5), stat fields 3 and 5]
 * @param {number} group
 */
function groupRuns(group) {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [condition, , ownGroup] = readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return condition !== 'Z' && Number(ownGroup) === group;
    } catch {
      return false; // It ended between the two looks.
    }
  });
}

/**
 * Runs a program in a process group of its own and waits until every process of the group has ended: a package script
 * that goes on after apt-get has died must still find our policy-rc.d.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} env  added to our own environment
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function run(program, args, env = {}) {
  if (state.signal !== null) throw new Error(`stopped by ${state.signal}`);
  const child = spawn(program, args, {
    detached: true,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  state.group = child.pid ?? null;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const printed = new AbortController();
  child.once('close', () => printed.abort());
  const code = await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} does not run: ${error.message}`)));
    child.once('exit', resolve);
  });
  const giveUpAt = Date.now() + patienceMs;
  while (child.pid !== undefined && groupRuns(child.pid)) {
    if (Date.now() > giveUpAt) signalGroup(child.pid, 'SIGKILL');
    await pause(50);
  }
  // What it has printed is still on its way; a daemon that kept the pipe is not waited for.
  await pause(1000, undefined, { signal: printed.signal }).catch(() => {});
  state.group = null;
  if (state.signal !== null) throw new Error(`stopped by ${state.signal}`);
  return { code: code ?? 1, output };
}

/**
 * Runs a program that has to succeed.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns what it has printed
 */
export async function must(program, args, env = {}) {
  const { code, output } = await run(program, args, env);
  if (code !== 0) throw new Error(`${output.trimEnd()}\n${program} ${args.join(' ')}: exit ${code}`);
  return output;
}

/** Hands a signal on to the running program; `run` then fails, and what was put aside is restored on the way out. */
export function watchSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      state.signal ??= signal;
      const { group } = state;
      if (group === null) return;
      signalGroup(group, 'SIGTERM');
      setTimeout(() => signalGroup(group, 'SIGKILL'), patienceMs).unref();
    });
  }
}
