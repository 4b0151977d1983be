/** The same checks of a socket in each engine, by the built script that pages load; what each used is compared with the table of client/README.md. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { type Lab, startLab } from './lab.ts';
import { nameOf, renewed, sortWays } from './readme-table.ts';
import { type CheckRun, ownChoice } from './runs.ts';
import { type Report, type Stage, startStage } from './stage.ts';
import { startEngine } from './start.ts';
import { engines } from './table.ts';

/** How long an engine may take for all checks on a busy machine. */
const WAIT_MS = 60_000;

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

/** How many checks there are beside leaving. */
const CHECKS = 9;

/** What the table says was used has to be used. */
const compare = (run: CheckRun, report: Report): void => {
  const { id, way } = run;
  const found = { name: nameOf(report.get('agent') ?? ''), ways: sortWays((report.get('ways') ?? '').split(', ')) };
  const row = renewed(id, found, { isRow: ownChoice.includes(run) });
  // Debian renews its own; the old builds are pinned.
  const isPinned = /^(?:chrome\d|phantom)/.test(id);
  const shown = (name: string): string => (isPinned ? name : name.replace(/\d+$/, ''));
  expect(shown(found.name)).toBe(shown(row.name));
  if (way !== undefined) expect(found.ways).toEqual([way]);
  // Under load it may use one more.
  else expect(found.ways).toEqual(expect.arrayContaining([...row.ways]));
};

/** Declares one test for each run. */
export const checkEngines = (runs: readonly CheckRun[]): void => {
  let stage: Stage;
  let lab: Lab;
  const rows: string[] = [];

  beforeAll(async () => {
    stage = await startStage({
      bridge: { clientDir, pingMs: 1000, holdMs: 5000, script: true },
    });
    lab = await startLab(() => stage.cut());
  });
  afterAll(async () => {
    await stage.close();
    await lab.close();
    console.log(['engine | seconds | ways | it calls itself', ...rows].join('\n'));
  });

  const named = runs.map((run) => [run.way ? `${run.id} by ${run.way} alone` : run.id, run] as const);
  test.each(named)('%s passes the checks of a socket', { timeout: WAIT_MS + 20_000 }, async (_, asked) => {
    const { id, way, small, skip = [], leaves = true } = asked;
    const run = stage.run('checks.html', {
      to: `127.0.0.1:${lab.port}`,
      refused: `127.0.0.1:${await freePort()}`,
      ...(way ? { transports: way } : {}),
      ...(small ? { small: '1' } : {}),
      ...(leaves ? { leave: '1' } : {}),
      skip: encodeURIComponent(skip.join(',')),
    });
    const startedMs = Date.now();
    const engine = await startEngine(id, run.url);
    try {
      const report = await run.report(WAIT_MS).catch((error: Error) => {
        throw new Error(`${engines[id].about}: ${error.message}; it printed:\n${engine.output}`);
      });
      const { agent, ways, header: _header, run: _run, ...results } = Object.fromEntries(report);
      rows.push([id, ((Date.now() - startedMs) / 1000).toFixed(1), ways, agent].join(' | '));
      expect(Object.fromEntries(Object.entries(results).filter(([, result]) => result !== 'ok'))).toEqual({});
      expect(Object.keys(results)).toHaveLength(CHECKS - skip.length);
      compare(asked, report);
      if (leaves) await lab.gone(new URL(run.url).searchParams.get('run') ?? '');
    } finally {
      await engine.stop();
    }
  });
};
