/** F1, the other side: a target's connection that is cut cannot go on, so both ends hear where and how it ended. */
import { transports } from '../../../client/node/index.ts';
import { startCutter } from '../../support/cutter.ts';
import type { Fate, Side } from '../../support/fate.ts';
import { anyLength, randomFrom, seedOf } from '../../support/random.ts';
import { startTarget } from '../../support/targets.ts';
import { byWays } from '../openers.ts';
import { type Arena, figure, type Plan, type Row, settles, tally, together, WHOLE } from '../plan.ts';
import { bytesOf, comes, feed } from '../session-case.ts';
import { onStage, type Stage } from '../stage.ts';

const sizes = {
  small: { sessions: 24, bytes: 128 * 1024, width: 4 },
  full: { sessions: 400, bytes: 512 * 1024, width: 16 },
};
const MOST_MS = 60_000;
/** How long a red case may be run again to make it shorter. */
const SHRINK_MS = 20_000;
const name = 'at the target';

type Kind = 'reset' | 'end' | 'half up' | 'half down';
const kinds: readonly Kind[] = ['reset', 'end', 'half up', 'half down'];

const fateOf = (kind: Kind, side: Side, after: number): Fate => {
  if (kind === 'half up') return { halfClose: { side: 'up', after } };
  if (kind === 'half down') return { halfClose: { side: 'down', after } };
  return { cut: { side, after, by: kind === 'reset' ? 'rst' : 'fin' } };
};

/** What was seen of one session. */
interface Seen {
  kind: Kind;
  /** What arrived at the client, at the target; and whether it is what was sent up to there. */
  down: number;
  up: number;
  isPrefix: boolean;
  passed: Record<Side, number>;
  failure: string | null;
  /** As the bridge counts. */
  ended: { reason: string; down: number; up: number } | null;
  sent: number;
}

/** What is untrue about an end. A connection that ended by FIN looks like a target that has said all that it had to say. */
const untruths = (seen: Seen): string[] => {
  const { kind, down, up, isPrefix, passed, failure, ended, sent } = seen;
  // It was reset before the bridge saw it open: a dial that failed, and nobody has heard a byte.
  if (failure === 'UNREACHABLE' && ended === null && down + up === 0) return [];
  // The target had said all and ended, and the system had taken all for it: a reset after that reaches nobody.
  const isUnheard = kind === 'reset' && down === sent && failure === null;
  const isReset = kind === 'reset' && !isUnheard;
  const wrong: [boolean, string][] = [
    [!isPrefix, `${kind}: other bytes than were sent`],
    [ended === null, `${kind}: the session has not ended at the bridge`],
    [failure !== (isReset ? 'RESET' : null), `${kind}: ends with ${failure}`],
    [ended?.reason !== (isReset ? 'RESET' : 'CLOSED'), `${kind}: the log says ${ended?.reason}`],
    [ended?.down !== down, `${kind}: the client has ${down} bytes, the bridge counts ${ended?.down}`],
    [kind !== 'reset' && down !== passed.down, `${kind}: ${passed.down} bytes passed, the client has ${down}`],
    [kind === 'half up' && down !== sent, `${kind}: ${down} of ${sent} bytes came down`],
    [kind === 'half down' && up !== sent, `${kind}: ${up} of ${sent} bytes went up`],
    [(ended?.up ?? 0) < up, `${kind}: the target has ${up} bytes, the bridge counts ${ended?.up}`],
  ];
  return wrong.flatMap(([isSo, text]) => (isSo ? [text] : []));
};

/** All that a session depends on, but for the time. */
interface Cutting {
  seed: number;
  kind: Kind;
  bytes: number;
}

type Judged = Seen & { leaks: number };

const runCase = async ({ seed, kind, bytes }: Cutting, stage: Stage): Promise<Judged> => {
  const random = randomFrom(seed);
  const [down, up] = [bytesOf(seedOf(seed, 1), bytes), bytesOf(seedOf(seed, 2), bytes)];
  const target = await startTarget(({ socket }) => void feed(socket, down, random));
  const fate = fateOf(kind, random() < 0.5 ? 'up' : 'down', anyLength(random, 1, bytes - 1));
  const cutter = await startCutter({ target: { host: '127.0.0.1', port: target.port }, plan: () => fate, seed });
  stage.forget(cutter.port);
  const client = byWays(transports)(`127.0.0.1:${cutter.port}`, stage.url);
  void feed(client.stream, up, random);
  await comes(client.over, MOST_MS);
  const isDialled = client.failure() !== 'UNREACHABLE';
  await settles(() => !isDialled || stage.ended(cutter.port) !== null);
  await settles(() => target.peers.every(({ socket }) => socket.closed), 5000);
  const got = client.got();
  const heard = Buffer.concat(target.peers.map(({ received }) => received));
  const leaks = target.peers.filter(({ socket }) => !socket.closed).length;
  await client.close();
  await cutter.close();
  await target.close();
  return {
    kind,
    down: got.length,
    up: heard.length,
    isPrefix: got.equals(down.subarray(0, got.length)) && heard.equals(up.subarray(0, heard.length)),
    passed: cutter.connections[0]?.passed ?? { up: 0, down: 0 },
    failure: client.failure(),
    ended: stage.ended(cutter.port),
    sent: bytes,
    leaks,
  };
};

const isRed = (seen: Judged): boolean => seen.leaks > 0 || untruths(seen).length > 0;

/** With fewer bytes for as long as it is red. */
const shortest = async (script: Cutting, stage: Stage): Promise<Cutting> => {
  const untilMs = performance.now() + SHRINK_MS;
  let { bytes } = script;
  while (bytes > 16 && performance.now() < untilMs && isRed(await runCase({ ...script, bytes: bytes / 2 }, stage)))
    bytes /= 2;
  return { ...script, bytes };
};

const runAll = (cuttings: readonly Cutting[], width: number): Promise<Row> =>
  onStage(async (stage) => {
    const seen = await together(width, cuttings, (cutting) => runCase(cutting, stage));
    const red = cuttings[seen.findIndex(isRed)];
    return {
      name,
      did: `${figure(cuttings.length)} sessions that are reset, ended or half-closed either way`,
      ...WHOLE,
      leaks: seen.reduce((all, { leaks }) => all + leaks, 0),
      faults: tally(seen.flatMap(untruths)),
      ...(red === undefined ? {} : { script: await shortest(red, stage) }),
    };
  });

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const { sessions, bytes, width } = sizes[size];
  const cuttings = Array.from({ length: sessions }, (_, index) => {
    return { seed: seedOf(seed, 10_000 + index), kind: kinds[index % kinds.length] ?? 'reset', bytes };
  });
  report(await runAll(cuttings, width));
};

export const targetCuts: Plan = {
  id: 'F1',
  about: 'connections that are cut between bridge and target',
  aim: 'both ends hear the truth about the end: its kind, and how many bytes came before',
  run,
  replays: { [name]: async (script, { report }) => report(await runAll([script as Cutting], 1)) },
};
