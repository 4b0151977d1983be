/** Installs the system parts that the tests need and that are missing; silent when there is nothing to do. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { missingParts } from './parts.mjs';
import { denyServices, repairPolicy, restorePolicy } from './policy-rc.mjs';

const quiet = ['-q', '-y', '--no-install-recommends'];
const dpkg = ['-o', 'Dpkg::Use-Pty=0', '-o', 'Dpkg::Options::=--force-confold', '-o', 'DPkg::Lock::Timeout=120'];
const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/** How long programs that were told to stop may take before they are killed. */
const patienceMs = 30_000;

/** @type {{ signal: NodeJS.Signals | null, group: number | null }} */
const state = { signal: null, group: null };

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
 * @returns {Promise<{ code: number, output: string }>}
 */
async function run(program, args) {
  if (state.signal !== null) throw new Error(`stopped by ${state.signal}`);
  const child = spawn(program, args, { detached: true, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
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
 */
async function must(program, args) {
  const { code, output } = await run(program, args);
  if (code !== 0) throw new Error(`${output.trimEnd()}\n${program} ${args.join(' ')}: exit ${code}`);
}

/**
 * What apt-get would download, in its own words, or null when it knows too little: no lists yet, or old ones.
 * @param {string[]} packages
 */
async function downloadSize(packages) {
  const { output } = await run('apt-get', ['install', '--assume-no', '--no-install-recommends', ...packages]);
  return /^Need to get (.+?) of archives/m.exec(output)?.[1] ?? (/newly installed/.test(output) ? '0 B' : null);
}

/** @param {string[]} packages */
async function installPackages(packages) {
  let updated = false;
  const update = async () => {
    updated = true;
    console.log('apt-get update');
    await must('apt-get', ['update', '-q']);
  };
  // A run that was stopped in the middle leaves packages half configured, and apt-get refuses all work until then.
  await must('dpkg', ['--configure', '-a', '--force-confold']);
  let size = await downloadSize(packages);
  if (size === null) {
    await update();
    size = await downloadSize(packages);
  }
  console.log(`installing ${packages.join(' ')}: ${size ?? 'unknown size'} to download; no service is started`);
  const first = await run('apt-get', ['install', ...quiet, ...dpkg, ...packages]);
  if (first.code === 0) return;
  if (updated) throw new Error(`${first.output.trimEnd()}\napt-get install: exit ${first.code}`);
  // Old lists name archives that are no longer there.
  await update();
  await must('apt-get', ['install', ...quiet, ...dpkg, ...packages]);
}

/** Hands a signal on to the running program; `run` then fails, and what was put aside is restored on the way out. */
function watchSignals() {
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

/**
 * Installs what is missing below `root`.
 * @param {{ root: string, isAdministrator: boolean }} options
 * @throws with a message that says what to do
 */
export async function install({ root, isAdministrator }) {
  if (isAdministrator) repairPolicy(root);
  const missing = missingParts(root);
  if (missing.length === 0) return;
  const packages = missing.map((part) => part.package);
  if (!isAdministrator || !existsSync(join(root, 'etc/debian_version'))) {
    throw new Error(`sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`);
  }
  const startedMs = Date.now();
  watchSignals();
  try {
    denyServices(root);
    await installPackages(packages);
  } finally {
    restorePolicy(root);
  }
  const lacking = missingParts(root).map((part) => `${part.proof} (package ${part.package}, for ${part.for})`);
  if (lacking.length > 0) throw new Error(`still missing after the installation: ${lacking.join(', ')}`);
  console.log(`installed in ${Math.round((Date.now() - startedMs) / 1000)} s`);
}

/** @param {{ root: string, isAdministrator: boolean }} options */
export async function main(options) {
  try {
    await install(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  if (state.signal !== null) {
    process.removeAllListeners(state.signal);
    process.kill(process.pid, state.signal);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main({ root: '/', isAdministrator: process.getuid?.() === 0 });
}
