/** A program whose reader goes, as `head` does, serves on, and ends when it is told to. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { HttpClient } from '../../support/http-client.ts';
import { echo } from '../../support/targets.ts';

const main = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));
let child: ChildProcess;

afterEach(async () => {
  const ended = once(child, 'exit');
  if (child.exitCode === null && child.kill('SIGKILL')) await ended;
});

/** Waits until it is said. @returns what stands in the brackets */
const said = async (output: Readable | null, what: RegExp): Promise<string> => {
  if (!output) throw new Error('nothing can be heard');
  let text = '';
  while (!what.test(text)) text += String((await once(output, 'data'))[0]);
  return what.exec(text)?.[1] ?? '';
};

test('a bridge serves on when nobody reads what it says', async () => {
  child = spawn(process.execPath, [main, 'serve', '--listen', '127.0.0.1:0', '--drain', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await said(child.stdout, /listens at (\S+);/);
  child.stdout?.destroy();
  // Each is refused, which is told on the pipe that is broken.
  for (let i = 0; i < 3; i += 1) {
    const answer = await fetch(`${url}/connect?to=127.0.0.1:22`, { method: 'POST', headers: { Netwine: '1' } });
    expect(await answer.text()).toMatch(/^NO DENIED_TARGET/);
  }
});

// Found where F1 was killed before its bridges, of any seed: they stayed for good.
test('a bridge whose log nobody reads any more ends with its sessions', async () => {
  const hosts = await mkdtemp(join(tmpdir(), 'netwine-pipe-'));
  await writeFile(join(hosts, 'clients'), 'allow @loopback\n');
  await writeFile(join(hosts, 'targets'), 'allow 127.0.0.1 *\n');
  await writeFile(join(hosts, 'routes'), '');
  child = spawn(process.execPath, [main, 'serve', '--listen', '127.0.0.1:0', '--hosts', hosts, '--drain', '600'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const http = new HttpClient(await said(child.stdout, /listens at (\S+);/));
  const target = await echo();
  // What the log says of the first one is being written when the process exits; the others wait for it.
  for (let count = 0; count < 3; count += 1) await http.open(target.to);
  child.stdout?.destroy();
  const ended = once(child, 'exit');
  child.kill();
  await said(child.stderr, /a second signal ends them at once/);
  child.kill();
  expect(await ended).toEqual([1, null]);
  await http.close();
  await target.close();
  await rm(hosts, { recursive: true });
});

test('a bridge ends at once though its output is a full pipe that was given to it as one that blocks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netwine-pipe-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const given = openSync(path, constants.O_RDWR);
  const own = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  child = spawn(process.execPath, [main, 'serve', '--listen', '127.0.0.1:0', '--drain', '0'], {
    stdio: ['ignore', given, 'inherit'],
  });
  let text = '';
  const hear = (): string => {
    const piece = Buffer.alloc(4096);
    try {
      text += piece.toString('latin1', 0, readSync(own, piece));
    } catch {
      // Nothing is said yet.
    }
    return text;
  };
  await expect.poll(hear, { timeout: 10_000 }).toMatch(/listens at \S+;/);
  expect(() => {
    for (;;) writeSync(own, Buffer.alloc(4096));
  }).toThrow('EAGAIN');
  const url = /listens at (\S+);/.exec(text)?.[1];
  const refused = await fetch(`${url}/connect?to=127.0.0.1:22`, { method: 'POST', headers: { Netwine: '1' } });
  expect(await refused.text()).toMatch(/^NO DENIED_TARGET/);
  const ended = once(child, 'exit');
  child.kill();
  expect(await ended).toEqual([0, null]);
  for (const fd of [given, own]) closeSync(fd);
  await rm(folder, { recursive: true });
});
