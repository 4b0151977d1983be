/** An old engine is kept only if its package is the one that was pinned, and then whole. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Program, startProgram } from '../support/process.ts';

const program = '#!/bin/sh\necho I am old\n';

let room: string;

/** A registry of one package, behind an npm that hands it out whatever is asked for. */
beforeEach(async () => {
  room = mkdtempSync(join(tmpdir(), 'netwine-builds-'));
  mkdirSync(join(room, 'package'));
  mkdirSync(join(room, 'bin'));
  writeFileSync(join(room, 'package/plain'), program);
  writeFileSync(join(room, 'package/small.br'), brotliCompressSync(program));
  const tar = await startProgram({ command: 'tar', args: ['-czf', join(room, 'one.tgz'), '-C', room, 'package'] });
  await tar.exit;
  const npm = '#!/bin/sh\nfor last; do :; done\ncp "$ROOM/one.tgz" "$last/one-1.0.0.tgz"\n';
  writeFileSync(join(room, 'bin/npm'), npm);
  chmodSync(join(room, 'bin/npm'), 0o755);
});

afterEach(() => rmSync(room, { recursive: true }));

const fetchOne = async (member: string, sha256 = checksum()): Promise<Program> => {
  const script = fileURLToPath(new URL('builds.mjs', import.meta.url));
  const build = { id: 'one', package: 'one@1.0.0', sha256, member };
  const call = [join(room, 'cache'), build].map((value) => JSON.stringify(value)).join(', ');
  const code = `const { fetchBuild } = await import(${JSON.stringify(script)}); await fetchBuild(${call});`;
  const env = { PATH: `${join(room, 'bin')}:/usr/bin:/bin`, ROOM: room };
  const running = await startProgram({ command: process.execPath, args: ['--input-type=module', '-e', code], env });
  await running.exit;
  return running;
};

const checksum = (): string =>
  createHash('sha256')
    .update(readFileSync(join(room, 'one.tgz')))
    .digest('hex');

test.each(['package/plain', 'package/small.br'])('%s becomes a program in a folder of its own', async (member) => {
  const { output } = await fetchOne(member);
  const name = `one-${checksum().slice(0, 12)}`;
  expect([output, readdirSync(join(room, 'cache'))]).toEqual(['', [name]]);
  const path = join(room, 'cache', name, 'one');
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([program, 0o755]);
});

test('another package under the same name is refused, and nothing of it is kept', async () => {
  const { exit, output } = await fetchOne('package/plain', '0'.repeat(64));
  expect((await exit).code).toBe(1);
  expect(output).toContain(`one@1.0.0 has the checksum ${checksum()}, not ${'0'.repeat(64)}`);
  expect(readdirSync(join(room, 'cache'))).toEqual([]);
});

test('a package that lacks the program is refused, and nothing of it is kept', async () => {
  const { exit, output } = await fetchOne('package/absent');
  expect((await exit).code).toBe(1);
  expect(output).toContain('package/absent');
  expect(readdirSync(join(room, 'cache'))).toEqual([]);
});
