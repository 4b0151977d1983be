/** F3: the answer to each verb is lost after the bridge has done what was asked, and the client asks again. */
import { seedOf } from '../../support/random.ts';
import { type Difference, isWhole, sum } from '../compare.ts';
import { type Losses, type LossScript, runLosses, startPlace, type Verb, verbs } from '../losses.ts';
import {
  type Arena,
  figure,
  type Plan,
  type PortOptions,
  type Replay,
  type Row,
  settles,
  tally,
  together,
  WHOLE,
} from '../plan.ts';
import { shrink } from '../shrink.ts';
import { onStage } from '../stage.ts';

const sizes = { small: { sessions: 60, width: 4 }, full: { sessions: 5000, width: 6 } };
const SHRINK_MS = 20_000;

const isRed = (losses: Losses): boolean => !isWhole(losses) || losses.faults.length > 0;

/** The verbs whose answers have to be lost; all of them where it is not red again. */
const shortest = async (script: LossScript, run: (script: LossScript) => Promise<Losses>): Promise<LossScript> => {
  const fails = async (lost: readonly Verb[]): Promise<boolean> => isRed(await run({ ...script, lost }));
  return { ...script, lost: await shrink(script.lost, fails, performance.now() + SHRINK_MS) };
};

/** Each verb whose answers are to be lost, with how many were. */
const countsOf = (scripts: readonly LossScript[], all: readonly Losses[]): [Verb, number][] =>
  verbs
    .filter((verb) => scripts.some(({ lost }) => lost.includes(verb)))
    .map((verb) => [verb, all.reduce((count, { lostAnswers }) => count + lostAnswers[verb], 0)]);

const didOf = (counts: readonly [Verb, number][]): string => {
  const least = figure(Math.min(...counts.map(([, count]) => count)));
  return `${least} lost answers to each of ${counts.map(([verb]) => verb).join(', ')}`;
};

/** What is lost, and of whom it is asked. */
interface Asked {
  name: string;
  /** Of a bridge, or of what leads to it. */
  port: number;
  mayBreak?: true | undefined;
  scripts: readonly LossScript[];
  width: number;
}

const runAll = async ({ name, port, mayBreak, scripts, width }: Asked): Promise<Row> => {
  const place = await startPlace(port, mayBreak);
  const all = await together(width, scripts, (script) => runLosses(script, place));
  const { peers } = place.target;
  const once = peers.length === scripts.length ? [] : [`${peers.length} dials for ${scripts.length} connects`];
  const counts = countsOf(scripts, all);
  const few = counts.filter(([verb, count]) => count < scripts.filter(({ lost }) => lost.includes(verb)).length);
  const red = scripts[all.findIndex(isRed)];
  const script = red && (await shortest(red, (one) => runLosses(one, place)));
  await settles(() => peers.every(({ socket }) => socket.closed), 5000);
  const leaks = peers.filter(({ socket }) => !socket.closed).length;
  for (const cutter of Object.values(place.lossy)) await cutter.close();
  await place.target.close();
  return {
    name,
    did: didOf(counts),
    ...all.reduce<Difference>(sum, WHOLE),
    leaks,
    exits: 0,
    faults: [
      ...once,
      ...few.map(([verb, count]) => `only ${count} answers to ${verb} were lost`),
      ...tally(all.flatMap(({ faults }) => faults)),
    ],
    ...(script === undefined ? {} : { script }),
  };
};

/** By requests to that port, which is of a bridge or leads to one. */
export const lostAnswersBy = ({ name, port, mayBreak, seed, size }: PortOptions): Promise<Row> => {
  const { sessions, width } = sizes[size];
  const scripts = Array.from({ length: sessions }, (_, index) => {
    return { seed: seedOf(seed, 30_000 + index), lost: verbs };
  });
  return runAll({ name, port, mayBreak, scripts, width });
};

const run = async ({ seed, size, report }: Arena): Promise<void> =>
  report(await onStage(({ port }) => lostAnswersBy({ name: '', port, seed, size })));

/** The losses of one session. */
export const loseAgain = (script: LossScript, to: Pick<Asked, 'name' | 'port' | 'mayBreak'>): Promise<Row> =>
  runAll({ ...to, scripts: [script], width: 1 });

const replay: Replay = async (script, { report }) =>
  report(await onStage(({ port }) => loseAgain(script as LossScript, { name: '', port })));

export const lostAnswers: Plan = {
  id: 'F3',
  about: 'answers to each verb that are lost after processing',
  aim: 'one target connection for each connect, each byte once, nothing left behind',
  run,
  replays: { '': replay },
};
