/** What an engine of 2011 keeps of hundreds of answers: no element, no frame, no function, and not much memory. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { residentBytes } from '../../support/bridge.ts';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';
import { startEngine } from './start.ts';

const WAIT_MS = 60_000;
const MIB = 1024 * 1024;

/** It is not asked to collect what nobody can reach. With a kilobyte of each answer kept, there would be 200 more. */
const MOST_GROWTH = 170 * 1024;

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

let stage: Stage;
let target: Target;
const rows: string[] = [];

beforeAll(async () => {
  target = await echo();
  stage = await startStage({ bridge: { clientDir, script: true } });
});
afterAll(async () => {
  await stage.close();
  await target.close();
  console.log(['way | answers | MiB', ...rows].join('\n'));
});

/** After how many answers to look; first the engine fills its caches. Each script that it has run costs it 4 KiB, gone or not. */
const cases = [
  { way: 'xhr-poll', looks: [200, 400], mostGrowth: MOST_GROWTH },
  { way: 'script-poll', looks: [60, 150], mostGrowth: Infinity },
] as const;

test.each(cases)('PhantomJS 1.9 keeps nothing of answers by $way', { timeout: 2 * WAIT_MS }, async (one) => {
  const { way, looks, mostGrowth } = one;
  const run = stage.run('leaks.html', { to: `127.0.0.1:${target.port}`, transports: way, at: looks.join(',') });
  const engine = await startEngine('phantom1', run.url);
  try {
    const seen: Record<string, string>[] = [];
    const sizes: number[] = [];
    for (const look of looks) {
      const { header: _, times, ...counts } = Object.fromEntries(await run.report(WAIT_MS));
      expect(Number(times)).toBe(look);
      seen.push(counts);
      const bytes = await Promise.all(engine.process.pids().map(residentBytes));
      sizes.push(bytes.reduce((sum, size) => sum + size, 0));
    }
    rows.push([way, looks.join(', '), sizes.map((size) => (size / MIB).toFixed(2)).join(', ')].join(' | '));
    expect(seen[0]).toMatchObject({ way, frames: '0' });
    expect(seen[1]).toEqual(seen[0]);
    expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).toBeLessThan(mostGrowth);
  } finally {
    await engine.stop();
  }
});
