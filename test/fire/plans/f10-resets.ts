/** F10: browsers repeat posts by themselves where a used connection is reset, though they were processed. */
import { seedOf } from '../../support/random.ts';
import { sum } from '../compare.ts';
import { startLines } from '../page-lines.ts';
import { type Browsing, inChromium, inEngine, PAGES } from '../page-openers.ts';
import { runRepeats } from '../page-repeats.ts';
import { type Arena, figure, isGreen, type Plan, type Replay, type Row, type Size } from '../plan.ts';
import { onStage } from '../stage.ts';

/** The bounded part leaves Firefox out, which takes seconds to start. */
const sizes: Record<Size, { writes: number; browsers: readonly string[] }> = {
  small: { writes: 40, browsers: ['Chromium'] },
  full: { writes: 1000, browsers: ['Chromium', 'Firefox'] },
};

const starts: Record<string, () => Promise<Browsing>> = {
  Chromium: inChromium,
  Firefox: async () => inEngine('firefox'),
};

/** The writes of one page. */
interface Case {
  seed: number;
  writes: number;
}

const runCase = async (name: string, { seed, writes }: Case): Promise<Row> => {
  const lines = await startLines();
  const { browse, close } = await (starts[name] ?? inChromium)();
  const row = await onStage(
    async ({ url }) => {
      const { up, down, sends, others, leaks, faults } = await runRepeats({ seed, writes, lines, browse, bridge: url });
      const few = sends < writes / 3 ? [`only ${sends} sends were reset`] : [];
      const seen = { ...sum(up, down), leaks, exits: 0, faults: [...faults, ...few] };
      const did = `${figure(writes)} writes, ${figure(sends)} sends and ${figure(others)} other posts processed, reset and repeated`;
      return { name, did, ...seen, ...(isGreen({ name, did, ...seen }) ? {} : { script: { seed, writes } }) };
    },
    { args: PAGES },
  );
  await close();
  await lines.close();
  return row;
};

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const { writes, browsers } = sizes[size];
  for (const [index, name] of browsers.entries()) {
    report(await runCase(name, { seed: seedOf(seed, 90_000 + index), writes }));
  }
};

const replay =
  (name: string): Replay =>
  async (given, { report }) =>
    report(await runCase(name, given as Case));

export const resets: Plan = {
  id: 'F10',
  about: 'a server in the middle resets used connections once their posts are processed',
  aim: 'whatever a browser repeats by itself, each byte comes once, both ways',
  run,
  replays: Object.fromEntries(Object.keys(starts).map((name) => [name, replay(name)])),
};
