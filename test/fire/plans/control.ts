/** The control: what F1, F2 and F10 do, done to a naive bridge, which cannot hold. A fire that it survives proves nothing. */
import { readFileSync } from 'node:fs';
import { seedOf } from '../../support/random.ts';
import { type DeliveryScript, runDeliveries } from '../deliveries.ts';
import { startNaiveBridge } from '../naive.ts';
import { naive } from '../openers.ts';
import { startLines } from '../page-lines.ts';
import { inChromium } from '../page-openers.ts';
import { runRepeats } from '../page-repeats.ts';
import { type Arena, type Plan, type Replay, type Row, together } from '../plan.ts';
import { runCase, type Script } from '../session-case.ts';
import { rowOf as cutsRow, drawScripts, shortest } from './f1-cuts.ts';
import { drawAll, rowOf as repeatsRow, shortest as shortestRepeats } from './f2-repeats.ts';

const CUTS = { sessions: 4, cuts: 8, bytes: 256 * 1024, width: 4 };
/** It knows of no coding. */
const REPEATS = { sessions: 2, writes: 400, isCoded: false };

const WRITES = 40;

const pageOf = (name: string): string => readFileSync(new URL(`../pages/${name}`, import.meta.url), 'utf8');
const PAGES = Object.fromEntries(['naive.html', 'naive.js', 'line.js'].map((name) => [`/${name}`, pageOf(name)]));

/** The writes of a page in Chromium. */
const repeatInPage = async (seed: number, bridge: string): Promise<Row> => {
  const lines = await startLines();
  const { browse, close } = await inChromium();
  const { up, sends } = await runRepeats({ seed, writes: WRITES, lines, browse, bridge, page: 'naive.html' });
  await close();
  await lines.close();
  const did = `${WRITES} writes of Chromium, ${sends} sends processed, reset and repeated`;
  return { name: 'F10', did, ...up, leaks: 0, exits: 0, faults: [] };
};

const run = async ({ seed, report }: Arena): Promise<void> => {
  const bridge = await startNaiveBridge(PAGES);
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
  report(await repeatInPage(seedOf(seed, 91_000), `http://127.0.0.1:${bridge.port}`));
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
