/** The class that is shaped like WebSocket, from the two built scripts by plain tags, in an engine of today and one of 2011. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';
import { startEngine } from './start.ts';

const WAIT_MS = 60_000;

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

let stage: Stage;
let target: Target;

beforeAll(async () => {
  [stage, target] = await Promise.all([startStage({ bridge: { clientDir } }), echo()]);
});

afterAll(async () => {
  await stage.close();
  await target.close();
});

const engines = [
  { id: 'chromium', kind: 'Blob' },
  { id: 'phantom1', kind: 'ArrayBuffer' },
] as const;

test.each(engines)(
  '$id has the class, and bytes in it are of the kind $kind',
  { timeout: WAIT_MS + 20_000 },
  async (one) => {
    const to = `127.0.0.1:${target.port}`;
    const run = stage.run('websocket.html', { to, refused: `127.0.0.1:${await freePort()}` });
    const engine = await startEngine(one.id, run.url);
    try {
      const report = await run.report(WAIT_MS).catch((error: Error) => {
        throw new Error(`${error.message}; the engine printed:\n${engine.output}`);
      });
      const { header: _, run: __, kind, ...results } = Object.fromEntries(report);
      expect(Object.fromEntries(Object.entries(results).filter(([, result]) => result !== 'ok'))).toEqual({});
      expect(Object.keys(results)).toHaveLength(7);
      expect(kind).toBe(one.kind);
    } finally {
      await engine.stop();
    }
  },
);
