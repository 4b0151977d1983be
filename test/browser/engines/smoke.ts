/** The smallest proof of an engine: its page sends a word through the bridge, reads it back, and reports. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';
import { startEngine } from './start.ts';
import { type EngineId, engines } from './table.ts';

/** The slowest needs five seconds on a busy machine. */
const waitMs = 40_000;

/** Declares one test for each engine; what they were is printed as a table at the end. */
export const smoke = (ids: readonly EngineId[]): void => {
  let stage: Stage;
  let target: Target;
  const rows: string[] = [];

  beforeAll(async () => {
    [stage, target] = [await startStage(), await echo()];
  });

  afterAll(async () => {
    await stage.close();
    await target.close();
    console.log(['engine | seconds | way | answer | it calls itself', ...rows].join('\n'));
  });

  test.each(ids)('%s sends a word to a target and reads it back', { timeout: waitMs + 20_000 }, async (id) => {
    const run = stage.run('smoke.html', { to: target.to });
    const startedMs = Date.now();
    const engine = await startEngine(id, run.url);
    try {
      const report = await run.report(waitMs).catch((error: Error) => {
        throw new Error(`${engines[id].about}: ${error.message}; it printed:\n${engine.output}`);
      });
      // The last line end is not there in edbrowse.
      const [, data = ''] = /^AT 0 1\nDATA (\S+)\nAGAIN\n?$/.exec(report.get('answer') ?? '') ?? [];
      const word = Buffer.from(data, 'base64').toString();
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      rows.push([id, seconds, report.get('way'), word, report.get('agent')].join(' | '));
      expect([word, report.get('answer')]).toEqual(['hello', expect.anything()]);
    } finally {
      await engine.stop();
    }
  });
};
