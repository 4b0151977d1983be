/** The control: what F1 and F2 do, done to a naive bridge, which cannot hold. A fire that it survives proves nothing. */
import { seedOf } from '../../support/random.ts';
import { type DeliveryScript, runDeliveries } from '../deliveries.ts';
import { startNaiveBridge } from '../naive.ts';
import { naive } from '../openers.ts';
import { type Arena, type Plan, type Replay, together } from '../plan.ts';
import { runCase, type Script } from '../session-case.ts';
import { rowOf as cutsRow, drawScripts, shortest } from './f1-cuts.ts';
import { drawAll, rowOf as repeatsRow, shortest as shortestRepeats } from './f2-repeats.ts';

const CUTS = { sessions: 4, cuts: 8, bytes: 256 * 1024, width: 4 };
const REPEATS = { sessions: 2, writes: 400 };

const run = async ({ seed, report }: Arena): Promise<void> => {
  const bridge = await startNaiveBridge();
  const scripts = drawScripts(seedOf(seed, 40_000), CUTS);
  const results = await together(CUTS.width, scripts, (script) => runCase(script, naive, bridge.port));
  report(
    await cutsRow('F1', scripts, results, (script) =>
      shortest(script, { open: naive, port: bridge.port, shrinkMs: 5000 }),
    ),
  );
  const posts = drawAll(seedOf(seed, 50_000), REPEATS);
  const delivered = await together(2, posts, (script) => runDeliveries(script, bridge.port));
  report(await repeatsRow('F2', posts, delivered, (script) => shortestRepeats(script, bridge.port)));
  await bridge.close();
};

const replayCuts: Replay = async (given, { report }) => {
  const script = given as Script;
  const bridge = await startNaiveBridge();
  const result = await runCase(script, naive, bridge.port);
  report(await cutsRow('F1', [script], [result], async () => script));
  await bridge.close();
};

const replayRepeats: Replay = async (given, { report }) => {
  const script = given as DeliveryScript;
  const bridge = await startNaiveBridge();
  const result = await runDeliveries(script, bridge.port);
  report(await repeatsRow('F2', [script], [result], async () => script));
  await bridge.close();
};

export const control: Plan = {
  id: 'control',
  about: 'the same cuts and repeats, done to a bridge without offsets',
  aim: 'it loses and doubles bytes, and the fire sees it',
  isControl: true,
  run,
  replays: { F1: replayCuts, F2: replayRepeats },
};
