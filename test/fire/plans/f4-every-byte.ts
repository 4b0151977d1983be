/** F4: each request and each answer is cut after its first byte, its second, and so on to its last. */
import type { Cut, Side } from '../../support/fate.ts';
import { seedOf } from '../../support/random.ts';
import { type Difference, isWhole, sum } from '../compare.ts';
import { ask, type Lane, startLane } from '../lane.ts';
import { type Arena, figure, type Plan, type Replay, type Row, tally, together, WHOLE } from '../plan.ts';
import { Posts } from '../posts.ts';
import { type Scene, scenes } from '../scenes.ts';
import { onStage, type Stage } from '../stage.ts';
import { Talk } from '../talk.ts';

/** Of all places every so many-th is cut. */
const sizes = { small: { step: 29, width: 4 }, full: { step: 1, width: 8 } };

/** One cut. */
interface Place {
  scene: Scene;
  side: Side;
  after: number;
  by: Cut;
  seed: number;
}

interface Seen extends Difference {
  struck: number;
  leaks: number;
  faults: string[];
}

const runCase = async (lane: Lane, { scene, side, after, by, seed }: Place): Promise<Seen> => {
  const { cutter, posts } = lane;
  const talk = await Talk.start(posts, seed);
  // Before the first byte of an answer, but after its request.
  lane.fate = side === 'down' && after === 0 ? { dropAnswer: by } : { cut: { side, after, by } };
  const faults: string[] = [];
  const act = async (): Promise<Difference> => {
    await scene.before(talk);
    await ask(cutter.port, scene, talk);
    return scene.after(talk);
  };
  const difference = await act().catch((error: Error) => {
    faults.push(`${scene.name}, ${side} ${after} ${by}: ${error.message}`);
    return WHOLE;
  });
  const leaks = await talk.leave();
  const struck = cutter.connections.at(-1)?.struck ? 1 : 0;
  if (struck === 0) faults.push(`${scene.name}, ${side} ${after} ${by}: nothing was cut`);
  const { peers } = talk.target;
  if (peers.length > 1) faults.push(`${scene.name}, ${side} ${after} ${by}: ${peers.length} connections to its target`);
  return { ...difference, struck, leaks, faults };
};

/** The places of a request and its answer, by the length of both where nothing is cut. */
const placesOf = async (scene: Scene, stage: Stage, seed: number): Promise<Omit<Place, 'by' | 'seed'>[]> => {
  const posts = new Posts(stage.port);
  const talk = await Talk.start(posts, seed);
  await scene.before(talk);
  const [first, down] = [scene.request(talk), await ask(stage.port, scene, talk)];
  const up = first.length + (scene.more?.(talk).length ?? 0);
  await scene.after(talk);
  await talk.leave();
  posts.close();
  const to = (side: Side, length: number) =>
    Array.from({ length: length + 1 }, (_, after): Omit<Place, 'by' | 'seed'> => ({ scene, side, after }));
  return [...to('up', up), ...to('down', down)];
};

const isRed = (seen: Seen): boolean => !isWhole(seen) || seen.leaks > 0 || seen.faults.length > 0;

/** Cuts at all of the places, so many at once. */
const runAll = async (places: readonly Place[], width: number, port: number): Promise<Omit<Row, 'exits'>> => {
  const lanes = await Promise.all(Array.from({ length: width }, () => startLane(port)));
  const free = [...lanes];
  const seen = await together(width, places, async (place) => {
    const lane = free.pop() ?? (await startLane(port));
    const result = await runCase(lane, place);
    free.push(lane);
    return result;
  });
  for (const { posts } of lanes) posts.close();
  for (const { cutter } of lanes) await cutter.close();
  const count = (of: (one: Seen) => number): number => seen.reduce((total, one) => total + of(one), 0);
  const names = new Set(places.map(({ scene }) => scene.name));
  const red = places[seen.findIndex(isRed)];
  return {
    name: '',
    did: `${figure(count(({ struck }) => struck))} cuts in ${names.size} exchanges of a request and its answer`,
    ...seen.reduce<Difference>(sum, WHOLE),
    leaks: count(({ leaks }) => leaks),
    faults: tally(seen.flatMap(({ faults }) => faults)),
    // One place is short enough.
    ...(red === undefined ? {} : { script: { ...red, scene: red.scene.name } }),
  };
};

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const { step, width } = sizes[size];
  const row = await onStage(async (stage) => {
    const faults: string[] = [];
    const all = await together(width, scenes, (scene, index) =>
      placesOf(scene, stage, seedOf(seed, 60_000 + index)).catch(({ message }: Error) => {
        faults.push(`${scene.name}, not cut: ${message}`);
        return [];
      }),
    );
    const places = all
      .flat()
      .filter((_, index) => index % step === seed % step)
      .map((place, index): Place => {
        const by = (index + seed) % 2 === 0 ? 'fin' : 'rst';
        return { ...place, by, seed: seedOf(seed, 61_000 + index) };
      });
    const row = await runAll(places, width, stage.port);
    return { ...row, faults: [...tally(faults), ...row.faults] };
  });
  report(row);
};

/** One place. @throws where there is no such scene */
const replay: Replay = async (given, { report }) => {
  const place = given as Omit<Place, 'scene'> & { scene: string };
  const scene = scenes.find(({ name }) => name === place.scene);
  if (scene === undefined) throw new Error(`no scene is called ${place.scene}`);
  report(await onStage(({ port }) => runAll([{ ...place, scene }], 1, port)));
};

export const everyByte: Plan = {
  id: 'F4',
  about: 'each request of each verb and its answer, cut after every byte',
  aim: 'the session goes on where it was or ends with a definite word, and nothing is left behind',
  run,
  replays: { '': replay },
};
