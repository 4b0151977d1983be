/** The installation starts no service, and what stood in its place before stands there again whatever happens. */
import { linkSync, lstatSync, readFileSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeDebian } from './fake-debian.ts';

const { parts } = (await import(new URL('parts.mjs', import.meta.url).href)) as {
  parts: ReadonlyArray<{ package: string; proof: string }>;
};
const proofs = parts.map((part) => part.proof);
const packages = parts.map((part) => part.package).join(' ');

let debian: FakeDebian;

beforeEach(() => {
  debian = new FakeDebian(proofs);
});

afterEach(() => debian.remove());

/** Puts somebody's own policy there, and returns a look at all of it that must not change. */
function originalPolicy(): () => unknown {
  debian.write('usr/sbin/policy-rc.d', '#!/bin/sh\n# mine\nexit 104\n', 0o751);
  utimesSync(debian.policy, 1_000_000_000, 1_100_000_000);
  return () => {
    const { ino, mode, uid, gid, mtimeMs, nlink } = lstatSync(debian.policy);
    return { ino, mode, uid, gid, mtimeMs, nlink, text: readFileSync(debian.policy, 'utf8') };
  };
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

test('where nothing is missing, nothing is said and nothing is run', async () => {
  debian.complete(proofs);
  const program = await debian.start('installs');
  expect([(await program.exit).code, program.output, debian.log]).toEqual([0, '', '']);
});

test('missing parts are installed in one go under a policy of 101, and the size is told first', async () => {
  const look = originalPolicy();
  const before = look();
  const program = await debian.start('installs');
  expect((await program.exit).code).toBe(0);
  expect(program.output).toMatch(
    /^installing curl .*: 5 kB\/9 kB to download; no service is started\ninstalled in \d+ s\n$/,
  );
  expect(debian.log).toContain(`${packages}\npolicy 101\n`);
  expect(debian.log).not.toContain('update');
  expect(look()).toEqual(before);
  expect(exists(debian.aside)).toBe(false);
});

test('only what is missing is asked for', async () => {
  debian.complete(proofs.slice(1));
  await (await debian.start('installs')).exit;
  expect(debian.log).toMatch(/--assume-no --no-install-recommends curl\n/);
});

test('where no policy stood, none stands afterwards', async () => {
  expect((await (await debian.start('installs')).exit).code).toBe(0);
  expect(debian.log).toContain('policy 101\n');
  expect(exists(debian.policy)).toBe(false);
});

test('lists are fetched once, and only where a package is unknown', async () => {
  expect((await (await debian.start('no-lists')).exit).code).toBe(0);
  expect(debian.log.match(/apt-get update/g)).toHaveLength(1);
});

test('a failing installation shows its output, fails, and restores the policy', async () => {
  const look = originalPolicy();
  const before = look();
  const program = await debian.start('fails');
  expect((await program.exit).code).toBe(1);
  expect(program.output).toContain('E: no space left\napt-get install');
  expect(look()).toEqual(before);
});

test('a part that is still missing afterwards fails by name', async () => {
  const program = await debian.start('installs-nothing');
  expect((await program.exit).code).toBe(1);
  expect(program.output).toContain('still missing after the installation: /usr/bin/curl (package curl');
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s restores the policy, after the last package script',
  async (signal) => {
    const look = originalPolicy();
    const before = look();
    const program = await debian.hang();
    process.kill(program.pid, signal);
    expect(await program.exit).toEqual({ code: null, signal });
    expect(debian.log).toContain('late 101\n');
    expect(look()).toEqual(before);
    expect(exists(debian.aside)).toBe(false);
  },
);

/** Kills an installation outright, and what it has started. */
async function killOutright(): Promise<void> {
  const program = await debian.hang();
  const group = Number(/hanging (\d+)/.exec(debian.log)?.[1]);
  process.kill(program.pid, 'SIGKILL');
  await program.exit;
  process.kill(-group, 'SIGKILL');
}

test('what a run that was killed outright has left is restored by the next one', async () => {
  const look = originalPolicy();
  const before = look();
  await killOutright();
  expect(look()).not.toEqual(before);
  debian.complete(proofs);
  const next = await debian.start('installs');
  expect([(await next.exit).code, next.output]).toEqual([0, '']);
  expect(look()).toEqual(before);
  expect(exists(debian.aside)).toBe(false);
});

test('our own policy does not outlive the next run where no other stood', async () => {
  await killOutright();
  expect(exists(debian.policy)).toBe(true);
  debian.complete(proofs);
  await (await debian.start('installs')).exit;
  expect(exists(debian.policy)).toBe(false);
});

test('a run that died before it wrote anything leaves only a second name, which goes', async () => {
  const look = originalPolicy();
  const before = look();
  linkSync(debian.policy, debian.aside);
  expect((await (await debian.start('installs')).exit).code).toBe(0);
  expect(look()).toEqual(before);
});

test('two policies that differ are left to a person', async () => {
  const look = originalPolicy();
  const before = look();
  debian.write('usr/sbin/policy-rc.d.netwine-aside', 'another\n');
  const program = await debian.start('installs');
  expect((await program.exit).code).toBe(1);
  expect(program.output).toContain('is another file: keep the right one');
  expect(look()).toEqual(before);
  expect(exists(debian.aside)).toBe(true);
});

test('a second installation at the same time is refused and disturbs nothing', async () => {
  const look = originalPolicy();
  const before = look();
  const first = await debian.hang();
  const second = await debian.start('installs');
  expect((await second.exit).code).toBe(1);
  expect(second.output).toBe(
    `another installation is running as process ${first.pid}: wait for its end, then try again\n`,
  );
  expect(readFileSync(debian.policy, 'utf8')).toContain('exit 101');
  await first.stop();
  expect(look()).toEqual(before);
});

test('who may not install is told one line and nothing else', async () => {
  const program = await debian.start('installs', false);
  expect((await program.exit).code).toBe(1);
  expect(program.output).toBe(`sudo apt-get install -y --no-install-recommends ${packages}\n`);
  expect(debian.log).toBe('');
});
