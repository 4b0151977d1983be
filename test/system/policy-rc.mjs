/** Keeps Debian packages from starting services: our own policy-rc.d for a while, and the one that stood there put back. */
import { chmodSync, existsSync, linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mark = '# netwine-test';

/**
 * The two names in play. The original is kept as a second link to the same file, so its bytes, mode, owner and times
 * cannot change, and every step is one atomic rename: whenever we die, the next run can tell what happened.
 * @param {string} root
 */
function paths(root) {
  const active = join(root, 'usr/sbin/policy-rc.d');
  return { active, aside: `${active}.netwine-aside`, fresh: `${active}.netwine-fresh` };
}

/**
 * Whether a directory entry exists; a dangling link does.
 * @param {string} path
 */
function stands(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * The `pid/start` of the run that wrote the file, or null when it is not one of ours.
 * @param {string} path
 */
function author(path) {
  if (!existsSync(path) || !lstatSync(path).isFile()) return null;
  const line = readFileSync(path, 'latin1').split('\n')[1] ?? '';
  return line.startsWith(`${mark} `) ? line.slice(mark.length + 1) : null;
}

/**
 * Names a process beyond its life: its id and its start time in clock ticks [proc(5), stat field 22].
 * @param {number} pid
 */
function processName(pid) {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return `${pid}/gone`;
  // The second field is the program's name in brackets and may hold blanks: count from the last bracket.
  const fields = readFileSync(path, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return `${pid}/${fields[19]}`;
}

/**
 * Puts our policy-rc.d in place; the one that stands there is kept aside.
 * @param {string} root  the root directory, `/` but in tests
 */
export function denyServices(root) {
  const { active, aside, fresh } = paths(root);
  writeFileSync(fresh, `#!/bin/sh\n${mark} ${processName(process.pid)}\nexit 101\n`);
  chmodSync(fresh, 0o755);
  if (stands(active)) linkSync(active, aside);
  renameSync(fresh, active);
}

/**
 * Puts back what stood there before `denyServices`, or takes ours away where nothing stood.
 * @param {string} root
 */
export function restorePolicy(root) {
  const { active, aside, fresh } = paths(root);
  rmSync(fresh, { force: true });
  if (author(active) === null) {
    if (stands(aside)) dropEqualAside(root);
  } else if (stands(aside)) renameSync(aside, active);
  else rmSync(active);
}

/**
 * Repairs what a run that was killed outright has left behind; does nothing when nothing was left.
 * @param {string} root
 * @throws when the author of our file still runs: two installations at once would restore each other's files
 */
export function repairPolicy(root) {
  const { active, aside, fresh } = paths(root);
  const name = author(active);
  if (name !== null && processName(Number.parseInt(name, 10)) === name) {
    throw new Error(
      `another installation is running as process ${name.split('/')[0]}: wait for its end, then try again`,
    );
  }
  if (name !== null || stands(aside) || stands(fresh)) restorePolicy(root);
}

/**
 * Both names stand and neither is ours: the earlier run died between its two steps, or somebody wrote a new file since.
 * @param {string} root
 */
function dropEqualAside(root) {
  const { active, aside } = paths(root);
  const same = stands(active) && lstatSync(active).ino === lstatSync(aside).ino;
  if (!same) {
    throw new Error(
      `${aside} was kept by an earlier run, but ${active} is another file: keep the right one as ${active}`,
    );
  }
  rmSync(aside);
}
