/** Installs the system parts that the tests need and that are missing; silent when there is nothing to do. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineFolder, missingEngines } from './engines.mjs';
import { missingParts } from './parts.mjs';
import { denyServices, repairPolicy, restorePolicy } from './policy-rc.mjs';
import { must, run, state, watchSignals } from './run.mjs';

const quiet = ['-q', '-y', '--no-install-recommends'];
const dpkg = ['-o', 'Dpkg::Use-Pty=0', '-o', 'Dpkg::Options::=--force-confold', '-o', 'DPkg::Lock::Timeout=120'];

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

/**
 * Fetches and makes the engines that no package holds; silent when all are there.
 * @param {string} folder
 */
async function addEngines(folder) {
  for (const engine of missingEngines(folder)) {
    const startedMs = Date.now();
    console.log(`${engine.about}, kept in ${folder}`);
    await engine.make(folder);
    console.log(`done in ${Math.round((Date.now() - startedMs) / 1000)} s`);
  }
}

/** @param {{ root: string, isAdministrator: boolean, engines?: string }} options  `engines` is the folder for them */
export async function main({ engines, ...options }) {
  try {
    watchSignals();
    await install(options);
    if (engines !== undefined) await addEngines(engines);
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
  await main({ root: '/', isAdministrator: process.getuid?.() === 0, engines: engineFolder() });
}
