/** POSTs that browsers repeat by themselves, because a reused connection was reset when their body was read: no byte doubles. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMiddleBox } from '../support/middle-box.ts';
import { echo, type Target } from '../support/targets.ts';
import { type Stage, startStage } from './engines/stage.ts';
import { startEngine } from './engines/start.ts';

/** More than are to be repeated: some go out on connections that were not used before. */
const WRITES = 300;
const WRITTEN = Array.from({ length: WRITES }, (_, index) => `${index + 1};`).join('');

let stage: Stage;
let target: Target;

beforeAll(async () => {
  const script = readFileSync(new URL('../../dist/client/netwine.js', import.meta.url), 'utf8');
  [stage, target] = await Promise.all([startStage({ files: { '/netwine.js': script } }), echo()]);
});

afterAll(async () => {
  await stage.close();
  await target.close();
});

test.each(['chromium', 'firefox'] as const)(
  '%s repeats hundreds of posts by itself, and the target hears each byte once',
  { timeout: 80_000 },
  async (id) => {
    const box = await startMiddleBox(new URL(stage.url), { resets: true });
    const run = stage.run('repeats.html', { to: target.to, writes: String(WRITES) });
    const dialled = target.peers.length;
    const engine = await startEngine(id, run.url.replace(`${stage.url}/`, box.url));
    try {
      const report = await run.report(60_000);
      expect(target.peers.map(({ received }) => received.toString()).slice(dialled)).toEqual([WRITTEN]);
      expect([report.get('came'), report.get('code')]).toEqual([WRITTEN, 'CLOSED']);

      // What came beyond what the script asked for was sent by the browser.
      const repeats = (verb: string): number =>
        box.posts.filter((post) => post.verb === verb).length - Number(report.get(verb));
      expect(repeats('send')).toBeGreaterThan(200);
      expect(repeats('connect')).toBe(1);
      expect(repeats('receive')).toBeGreaterThan(0);
    } finally {
      await engine.stop();
      await box.close();
    }
  },
);
