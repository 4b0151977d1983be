/** The same checks of a socket in each engine, by the built script that pages load; what each used is printed as a table. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { type Lab, startLab } from './lab.ts';
import { type Stage, startStage } from './stage.ts';
import { startEngine } from './start.ts';
import { type EngineId, engines } from './table.ts';

/** How long an engine may take for all checks on a busy machine. */
const WAIT_MS = 60_000;

export interface Asked {
  id: EngineId;
  /** The only ways to receive that it may use; all by default. */
  transports?: string;
  /** 64 KiB each way instead of a mebibyte down and a quarter up. */
  small?: boolean;
  /** What this engine cannot do; the reason stands in the table of client/README.md. */
  skip?: readonly string[];
  /** It can go to another page, which ends its sockets. */
  leaves?: boolean;
}

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

/** Declares one test for each engine. */
export const checkEngines = (all: readonly Asked[]): void => {
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

  test.each(all)('$id passes the checks of a socket', { timeout: WAIT_MS + 20_000 }, async (asked) => {
    const { id, transports, small, skip = [], leaves = true } = asked;
    const run = stage.run('checks.html', {
      to: `127.0.0.1:${lab.port}`,
      refused: `127.0.0.1:${await freePort()}`,
      ...(transports ? { transports } : {}),
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
      const { agent, ways, header, run: _, ...results } = Object.fromEntries(report);
      rows.push([id, ((Date.now() - startedMs) / 1000).toFixed(1), ways, agent].join(' | '));
      expect(Object.fromEntries(Object.entries(results).filter(([, result]) => result !== 'ok'))).toEqual({});
      expect(Object.keys(results)).toHaveLength(9 - skip.length);
      if (leaves) await lab.gone(new URL(run.url).searchParams.get('run') ?? '');
    } finally {
      await engine.stop();
    }
  });
};
