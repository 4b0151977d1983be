/** F1: sessions through random cuts of every kind, by each way of the client and by all of them with moves. */
import { type Transport, transports } from '../../../client/node/index.ts';
import type { Fate } from '../../support/fate.ts';
import { randomFrom, seedOf } from '../../support/random.ts';
import { isWhole } from '../compare.ts';
import { drawFates } from '../fates.ts';
import { byWays, type Open } from '../openers.ts';
import { type Arena, figure, type Plan, type Replay, type Row, type Size, tally, together } from '../plan.ts';
import { type CaseResult, runCase, type Script } from '../session-case.ts';
import { shrink } from '../shrink.ts';
import { onStage } from '../stage.ts';

const MIB = 1024 * 1024;

/** So many of each kind. */
export const sizes = {
  small: { sessions: 2, cuts: 12, bytes: 256 * 1024, width: 4 },
  full: { sessions: 50, cuts: 50, bytes: 4 * MIB, width: 16 },
};

/** Above the length of a post: else most are cut, and each costs its client a wait. */
const LEAST_MOST = 128 * 1024;

/** How long a red case may be run again to make it shorter. */
const SHRINK_MS = 60_000;

const isRed = (result: CaseResult): boolean => !isWhole(result) || result.leaks > 0 || result.faults.length > 0;

/** Cases with seeds of their own. */
export const drawScripts = (seed: number, { sessions, cuts, bytes }: typeof sizes.full): Script[] =>
  Array.from({ length: sessions }, (_, index) => {
    const own = seedOf(seed, index + 1);
    // Not every connection carries so much that its cut comes.
    const fates = drawFates(randomFrom(own), {
      count: Math.ceil(cuts * 1.1) + 2,
      most: Math.max(bytes / 4, LEAST_MOST),
    });
    return { seed: own, bytes, fates };
  });

/** Fewer fates and fewer bytes that are red, too; null where it is not red again. */
export const shortest = async (
  script: Script,
  { open, port, shrinkMs = SHRINK_MS }: { open: Open; port: number; shrinkMs?: number },
): Promise<Script | null> => {
  const untilMs = performance.now() + shrinkMs;
  const again = async (fates: Script['fates'], bytes: number): Promise<boolean> =>
    isRed(await runCase({ ...script, fates, bytes }, open, port));
  if (!(await again(script.fates, script.bytes))) return null;
  let { bytes } = script;
  while (bytes > 1024 && performance.now() < untilMs && (await again(script.fates, bytes / 2))) bytes /= 2;
  return { ...script, bytes, fates: await shrink(script.fates, (fates) => again(fates, bytes), untilMs) };
};

/** What red cases have in common with a row of the table. */
export const rowOf = async (
  name: string,
  scripts: readonly Script[],
  results: readonly CaseResult[],
  shorter: (script: Script) => Promise<Script | null>,
): Promise<Row> => {
  const total = (pick: (result: CaseResult) => number): number => results.reduce((all, one) => all + pick(one), 0);
  const bytes = scripts.reduce((all, one) => all + 2 * one.bytes, 0);
  const moves = total((one) => one.moves);
  const row = {
    name,
    did: [
      `${figure(scripts.length)} sessions`,
      bytes < MIB ? `${figure(bytes / 1024)} KiB` : `${figure(bytes / MIB)} MiB`,
      `${figure(total(({ cuts }) => cuts))} cuts`,
      ...(moves > 0 ? [`${figure(moves)} changes of way`] : []),
    ].join(', '),
    lost: total(({ lost }) => lost),
    doubled: total(({ doubled }) => doubled),
    moved: total(({ moved }) => moved),
    leaks: total(({ leaks }) => leaks),
    exits: 0,
    faults: tally(results.flatMap(({ faults }) => faults)),
  };
  const red = scripts[results.findIndex(isRed)];
  if (red === undefined) return row;
  const short = await shorter(red);
  if (short !== null) return { ...row, script: short };
  return { ...row, script: red, faults: [...row.faults, 'what the script says was green when it was done again'] };
};

const ways: Record<string, readonly Transport[]> = {
  websocket: ['websocket'],
  stream: ['stream'],
  poll: ['poll'],
  'all ways': transports,
};

/** Of a session that may choose its way. */
const LEAST_MOVES = 2;

/** What is short of the aim. */
const shortOf = (
  results: readonly CaseResult[],
  { sessions, cuts }: typeof sizes.full,
  { length }: readonly Transport[],
): string[] => {
  const sumOf = (pick: (result: CaseResult) => number): number => results.reduce((all, one) => all + pick(one), 0);
  const done: [what: string, count: number, aim: number][] = [
    ['cuts', sumOf((one) => one.cuts), sessions * cuts],
    ['changes of way', sumOf((one) => one.moves), length > 1 ? sessions * LEAST_MOVES : 0],
  ];
  return done.flatMap(([what, count, aim]) => (count < aim ? [`${count} ${what} came, ${aim} are the aim`] : []));
};

/** Nobody says that this connection is over: its client has to find out, and the bridge to end the answer in it. */
const PULLED: Fate = { blackHole: { side: 'down', after: 3000, isTotal: true } };
/** A poll is silent by right for so long that a few seconds are not enough. */
const isPulled = (size: Size, name: string): boolean => size === 'full' || name !== 'poll';

/** A few more sessions, in which nothing else happens. */
const drawPulled = (seed: number, { sessions, bytes }: typeof sizes.full): Script[] =>
  Array.from({ length: Math.ceil(sessions / 10) }, (_, index) => {
    return { seed: seedOf(seed, sessions + index + 1), bytes, fates: [PULLED] };
  });

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const limits = sizes[size];
  for (const [number, [name, allowed]] of Object.entries(ways).entries()) {
    const own = seedOf(seed, number + 100);
    const scripts = [...drawScripts(own, limits), ...(isPulled(size, name) ? drawPulled(own, limits) : [])];
    const open = byWays(allowed);
    const row = await onStage(async ({ port }) => {
      const results = await together(limits.width, scripts, (script) => runCase(script, open, port));
      const row = await rowOf(name, scripts, results, (script) => shortest(script, { open, port }));
      return { ...row, faults: [...row.faults, ...shortOf(results, limits, allowed)] };
    });
    report(row);
  }
};

/** The script of one session, by one of the ways. */
const replay =
  (name: string, open: Open): Replay =>
  async (given, { report }) => {
    const script = given as Script;
    const row = await onStage(async ({ port }) =>
      rowOf(name, [script], [await runCase(script, open, port)], async () => script),
    );
    report(row);
  };

export const cuts: Plan = {
  id: 'F1',
  about: 'sessions through cuts, holes, half-closes and lost answers between client and bridge',
  aim: 'no byte lost, doubled or moved, by each way and with moves between them',
  run,
  replays: Object.fromEntries(Object.entries(ways).map(([name, allowed]) => [name, replay(name, byWays(allowed))])),
};
