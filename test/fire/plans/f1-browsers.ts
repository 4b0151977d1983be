/** F1 in browsers: pages of today's Chromium, and of an engine of 2011, through the cuts of the sessions in Node. */
import { seedOf } from '../../support/random.ts';
import { type Lines, startLines } from '../page-lines.ts';
import { type Browsing, byPage, inChromium, inEngine, PAGES } from '../page-openers.ts';
import { type Arena, type Plan, type Replay, type Row, type Size, together } from '../plan.ts';
import { runCase, type Script } from '../session-case.ts';
import { onStage } from '../stage.ts';
import { drawScripts, rowOf, shortest } from './f1-cuts.ts';

/** One row: sessions that go by these ways in turn. */
interface Group {
  name: string;
  engine: 'chromium' | 'phantom';
  ways: readonly (readonly string[])[];
  limits: { sessions: number; cuts: number; bytes: number; width: number };
}

const ALL: readonly string[] = [];
/** Of an engine without cross-origin EventSource and frames: the bridge's pages reach it at another port here. */
const XHR = ['xhr-stream', 'xhr-poll', 'exchange'];

const CHROMIUM = {
  websocket: ['websocket'],
  'fetch-stream': ['fetch-stream'],
  'xhr-poll': ['xhr-poll'],
  'all ways': ALL,
};
const PHANTOM: Omit<Group, 'name' | 'limits'> = {
  engine: 'phantom',
  ways: [XHR, ['xhr-stream'], ['xhr-poll'], ['exchange']],
};

const KIB = 1024;

/** The ways of Chromium have a row each, or one for all of them where it is about seconds. */
const groups: Record<Size, readonly Group[]> = {
  small: [
    {
      name: 'Chromium',
      engine: 'chromium',
      ways: Object.values(CHROMIUM),
      limits: { sessions: 4, cuts: 4, bytes: 192 * KIB, width: 4 },
    },
    { name: 'PhantomJS 1.9', ...PHANTOM, limits: { sessions: 1, cuts: 4, bytes: 128 * KIB, width: 1 } },
  ],
  full: [
    ...Object.entries(CHROMIUM).map(
      ([way, allowed]): Group => ({
        name: `Chromium, ${way}`,
        engine: 'chromium',
        ways: [allowed],
        limits: { sessions: 8, cuts: 15, bytes: 1024 * KIB, width: 4 },
      }),
    ),
    { name: 'PhantomJS 1.9', ...PHANTOM, limits: { sessions: 8, cuts: 10, bytes: 512 * KIB, width: 2 } },
  ],
};

interface Playing {
  lines: Lines;
  browsing: Browsing;
}

/** A session with its ways. */
type PageScript = Script & { ways: readonly string[] };

const runScripts = (
  name: string,
  { scripts, width, aim }: { scripts: readonly PageScript[]; width: number; aim: number },
  { lines, browsing }: Playing,
): Promise<Row> =>
  onStage(
    async ({ url, port }) => {
      const openOf = ({ ways }: PageScript) => byPage({ lines, browse: browsing.browse, pages: url, ways });
      const results = await together(width, scripts, (script) => runCase(script, openOf(script), port));
      const row = await rowOf(name, scripts, results, async (script) => {
        const whole = scripts.find(({ seed }) => seed === script.seed) ?? { ...script, ways: ALL };
        const short = await shortest(script, { open: openOf(whole), port });
        return short && { ...short, ways: whole.ways };
      });
      const cuts = results.reduce((all, one) => all + one.cuts, 0);
      return cuts < aim ? { ...row, faults: [...row.faults, `${cuts} cuts came, ${aim} are the aim`] } : row;
    },
    { args: PAGES },
  );

const runGroup = (seed: number, { name, ways, limits }: Group, playing: Playing): Promise<Row> => {
  const scripts = drawScripts(seed, limits).map((script, index) => ({
    ...script,
    ways: ways[index % ways.length] ?? ALL,
  }));
  return runScripts(name, { scripts, width: limits.width, aim: limits.sessions * limits.cuts }, playing);
};

const inBrowsers = async (act: (playing: Record<Group['engine'], Playing>) => Promise<void>): Promise<void> => {
  const [lines, chromium] = [await startLines(), await inChromium()];
  await act({ chromium: { lines, browsing: chromium }, phantom: { lines, browsing: inEngine('phantom1') } });
  await chromium.close();
  await lines.close();
};

const run = ({ seed, size, report }: Arena): Promise<void> =>
  inBrowsers(async (playing) => {
    for (const [number, group] of groups[size].entries()) {
      report(await runGroup(seedOf(seed, 82_000 + number), group, playing[group.engine]));
    }
  });

const replay =
  ({ name, engine }: Group): Replay =>
  (given, { report }) =>
    inBrowsers(async (playing) => {
      report(await runScripts(name, { scripts: [given as PageScript], width: 1, aim: 0 }, playing[engine]));
    });

export const browserCuts: Plan = {
  id: 'F1',
  about: 'sessions of pages through cuts, holes, half-closes and lost answers between browser and bridge',
  aim: 'no byte lost, doubled or moved, in Chromium by each way and in an engine of 2011',
  run,
  replays: Object.fromEntries([...groups.small, ...groups.full].map((group) => [group.name, replay(group)])),
};
