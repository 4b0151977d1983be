/** F9 and F11: the sessions of F1 through real proxies that are cut on both sides, and killed meanwhile. */
import { type Transport, transports } from '../../../client/node/index.ts';
import { type Kind, kinds, untoldKinds } from '../../proxy/kinds.ts';
import { startProxy } from '../../proxy/proxy.ts';
import { type Plan as Fates, startCutter } from '../../support/cutter.ts';
import { anyLength, seedOf } from '../../support/random.ts';
import type { DeliveryScript } from '../deliveries.ts';
import { drawFates } from '../fates.ts';
import type { LossScript } from '../losses.ts';
import { byWays } from '../openers.ts';
import { type Arena, figure, type Plan, type Replay, type Row, together } from '../plan.ts';
import { keepKilling } from '../proxy-killer.ts';
import { type CaseResult, runCase, type Script } from '../session-case.ts';
import { startStage } from '../stage.ts';
import { drawScripts, rowOf, shortest } from './f1-cuts.ts';
import { repeatAgain, repeatsBy } from './f2-repeats.ts';
import { loseAgain, lostAnswersBy } from './f3-lost-answers.ts';

const MIB = 1024 * 1024;

const sizes = {
  small: { sessions: 4, cuts: 4, bytes: MIB / 8, width: 4, kills: 1 },
  full: { sessions: 20, cuts: 10, bytes: MIB, width: 20, kills: 6 },
};
type Limits = typeof sizes.full;
/** As F1 has it; so much for those that were told of a bridge. */
const WHOLE_F1: Limits = { sessions: 200, cuts: 50, bytes: 4 * MIB, width: 20, kills: 30 };

type Ways = readonly (readonly Transport[])[];
/** The sessions take turns. */
const allWays: Ways = [['websocket'], ['stream'], ['poll'], transports];
/** What passes a proxy that nobody has told of a bridge. */
const sureWays: Ways = [['poll'], transports];

/** What a plan does to a proxy. */
interface Attack {
  /** What is done to its connections to the bridge. */
  behind(limits: Limits): Fates;
  /** Of F1, or none. */
  isCutInFront: boolean;
  isKilled: boolean;
}

/** By the number of the session. */
const wayOf = (kind: Kind, index: number): readonly Transport[] => {
  const ways = untoldKinds.includes(kind) ? sureWays : allWays;
  return ways[index % ways.length] ?? transports;
};

/** What is short of the aim. */
const shortOf = ({ sessions, cuts, kills }: Limits, done: { cuts: number; kills: number }): string[] => {
  const aim = sessions * cuts;
  return [
    ...(done.cuts < aim ? [`${done.cuts} cuts came, ${aim} are the aim`] : []),
    ...(done.kills < kills ? [`it was killed ${done.kills} times, ${kills} are the aim`] : []),
  ];
};

/** The row of the sessions; the script of a red one, run again through the proxy as it stands. */
const sessionsRow = async (
  { kind, port }: { kind: Kind; port: number },
  scripts: readonly Script[],
  results: readonly CaseResult[],
): Promise<Row> => {
  const wayOfScript = ({ seed }: Script) =>
    wayOf(
      kind,
      scripts.findIndex((script) => script.seed === seed),
    );
  const row = await rowOf(kind.name, scripts, results, (script) =>
    shortest(script, { open: byWays(wayOfScript(script)), port }),
  );
  if (row.script === undefined) return row;
  const faults = [...row.faults, 'kills and cuts behind the proxy follow the time, and are not in the script'];
  return { ...row, faults, script: { ...row.script, way: wayOfScript(row.script as Script) } };
};

const runThrough = async (
  kind: Kind,
  { behind, isCutInFront, isKilled }: Attack,
  { seed, limits }: { seed: number; limits: Limits },
): Promise<Row> => {
  const { sessions, bytes, width } = limits;
  const times = isKilled ? limits.kills : 0;
  const stage = await startStage();
  const cutter = await startCutter({ target: { host: '127.0.0.1', port: stage.port }, plan: behind(limits), seed });
  const proxy = await startProxy(kind, cutter.port);
  const drawn = drawScripts(seed, limits);
  const scripts: Script[] = isCutInFront ? drawn : drawn.map((script) => ({ ...script, fates: [] }));
  const killing = keepKilling({ proxy, cutter, times, bytes: sessions * 2 * bytes });
  const results = await together(width, scripts, (script, index) =>
    runCase(script, byWays(wayOf(kind, index)), proxy.port),
  );
  const kills = await killing.stop();
  const cutsBehind = cutter.connections.filter(({ struck }) => struck).length;
  const cuts = results.reduce((all, one) => all + one.cuts, cutsBehind);
  const row = await sessionsRow({ kind, port: proxy.port }, scripts, results);
  await proxy.close();
  await cutter.close();
  const killed = kills === 1 ? ', killed once' : `, killed ${kills} times`;
  return await stage.end({
    ...row,
    did: `${row.did}, ${figure(cutsBehind)} cuts behind it${isKilled ? killed : ''}`,
    exits: proxy.exits,
    faults: [...row.faults, ...shortOf({ ...limits, kills: times }, { cuts, kills })],
  });
};

/** Every fate of F1 on both sides; of the connections behind the proxy, which it uses again, every second one is left. */
const onBothSides: Attack = {
  behind: ({ sessions, cuts, bytes }) => {
    const most = Math.max(bytes / 4, MIB / 8);
    return (index, random) =>
      index < 2 * sessions * cuts && random() < 0.5 ? (drawFates(random, { count: 1, most })[0] ?? {}) : {};
  },
  isCutInFront: true,
  isKilled: true,
};

/** The bridge's answers break, which a proxy may hide. */
const onAnswers: Attack = {
  behind: ({ sessions, cuts, bytes }) => {
    const most = bytes / cuts;
    return (index, random) =>
      index < 4 * sessions * cuts
        ? { cut: { side: 'down', after: anyLength(random, 300, most), by: random() < 0.5 ? 'fin' : 'rst' } }
        : {};
  },
  isCutInFront: false,
  isKilled: false,
};

/** What comes through a proxy that is whole to a bridge of its own. */
const through = async (kind: Kind, run: (port: number) => Promise<Row>): Promise<Row> => {
  const stage = await startStage();
  const proxy = await startProxy(kind, stage.port);
  const row = await run(proxy.port);
  await proxy.close();
  return await stage.end({ ...row, exits: proxy.exits });
};

const names = (kind: Kind) => ({
  repeats: `${kind.name}, posts as in F2`,
  losses: `${kind.name}, as in F3`,
});

const replayOf =
  (kind: Kind, act: (script: unknown, port: number) => Promise<Row>): Replay =>
  async (script, { report }) =>
    report(await through(kind, (port) => act(script, port)));

/** A session by its way, with the cuts in front of the proxy. */
const replaySession = (kind: Kind): Replay =>
  replayOf(kind, async (given, port) => {
    const { way, ...script } = given as Script & { way: readonly Transport[] };
    return rowOf(kind.name, [script], [await runCase(script, byWays(way), port)], async () => script);
  });

const replaySessions = (of: readonly Kind[]): Record<string, Replay> =>
  Object.fromEntries(of.map((kind) => [kind.name, replaySession(kind)]));

/** What F2 and F3 do, through proxies. */
const replayOthers = (): Record<string, Replay> =>
  Object.fromEntries(
    kinds.flatMap((kind) => {
      const { repeats, losses } = names(kind);
      return [
        [repeats, replayOf(kind, (script, port) => repeatAgain(script as DeliveryScript, { name: repeats, port }))],
        [
          losses,
          replayOf(kind, (script, port) => loseAgain(script as LossScript, { name: losses, port, mayBreak: true })),
        ],
      ];
    }),
  );

export const proxies: Plan = {
  id: 'F9',
  about:
    'sessions through nginx, HAProxy and Caddy, cut on both sides of them, while they are killed and started again',
  aim: 'no byte lost, doubled or moved, by any way',
  run: async ({ seed, size, report }: Arena) => {
    for (const [number, kind] of (size === 'full' ? [...kinds, ...untoldKinds] : kinds).entries()) {
      const own = seedOf(seed, 90_000 + number);
      const isWhole = size === 'full' && !untoldKinds.includes(kind);
      report(await runThrough(kind, onBothSides, { seed: own, limits: isWhole ? WHOLE_F1 : sizes[size] }));
      if (!isWhole) continue;
      report(await through(kind, (port) => repeatsBy({ name: names(kind).repeats, port, seed: own, size })));
      report(
        await through(kind, (port) =>
          lostAnswersBy({ name: names(kind).losses, port, mayBreak: true, seed: own, size }),
        ),
      );
    }
  },
  replays: { ...replaySessions([...kinds, ...untoldKinds]), ...replayOthers() },
};

export const hiddenCuts: Plan = {
  id: 'F11',
  about: 'answers of the bridge that break behind nginx, HAProxy and Caddy, of which Caddy ends them properly',
  aim: 'the client goes on, and takes no such end for the end of the stream',
  run: async ({ seed, size, report }: Arena) => {
    // Each of them is met in test/proxy, too.
    const met = kinds.filter(({ name }) => size === 'full' || name === 'Caddy');
    for (const [number, kind] of met.entries()) {
      report(await runThrough(kind, onAnswers, { seed: seedOf(seed, 110_000 + number), limits: sizes[size] }));
    }
  },
  replays: replaySessions(kinds),
};
