/** F2: every write is delivered once, twice or thrice, late and in another order. */
import { seedOf } from '../../support/random.ts';
import { isWhole } from '../compare.ts';
import { type Delivered, type DeliveryScript, drawDeliveries, LONGEST, runDeliveries } from '../deliveries.ts';
import { type Arena, figure, type Plan, type PortOptions, type Replay, type Row, tally, together } from '../plan.ts';
import { shrink } from '../shrink.ts';
import { onStage } from '../stage.ts';

export const sizes = {
  small: { sessions: 2, writes: 500, width: 2, isCoded: true },
  full: { sessions: 22, writes: 5000, width: 3, isCoded: true },
};

/** A slow connection takes a tenth of a second for each. */
const MOST_LONG = 1000;
const SHRINK_MS = 30_000;

const isRed = (result: Delivered): boolean => !isWhole(result) || result.leaks > 0 || result.faults.length > 0;

/** How much is drawn. */
interface Drawing {
  sessions: number;
  writes: number;
  isCoded: boolean;
}

/** Sessions with seeds of their own, the second of each eleven with fewer and longer writes. */
export const drawAll = (seed: number, { sessions, writes, isCoded }: Drawing): DeliveryScript[] =>
  Array.from({ length: sessions }, (_, index) =>
    drawDeliveries(seedOf(seed, 20_000 + index), {
      ...(index % 11 === 1
        ? { writes: Math.min(writes, MOST_LONG), longest: LONGEST.long }
        : { writes, longest: LONGEST.short }),
      isCoded,
    }),
  );

/** The deliveries of the writes that are needed for a red run; all of them where it is not red again. */
export const shortest = async ({ seed, deliveries }: DeliveryScript, port: number): Promise<DeliveryScript> => {
  const untilMs = performance.now() + SHRINK_MS;
  const writesOf = (turns: readonly number[]): DeliveryScript['deliveries'] => {
    // Whole writes go, the others move up: their bytes have to follow each other.
    const wanted = new Set(turns);
    const places = new Map<number, number>();
    let at = 0;
    for (const delivery of [...deliveries].sort((a, b) => a.at - b.at)) {
      if (!wanted.has(delivery.at) || places.has(delivery.at)) continue;
      places.set(delivery.at, at);
      at += delivery.length;
    }
    return deliveries.flatMap((delivery) => {
      const place = places.get(delivery.at);
      return place === undefined ? [] : [{ ...delivery, at: place }];
    });
  };
  const writes = [...new Set(deliveries.map(({ at }) => at))];
  const fails = async (rest: readonly number[]): Promise<boolean> =>
    rest.length > 0 && isRed(await runDeliveries({ seed, deliveries: writesOf(rest) }, port));
  return { seed, deliveries: writesOf(await shrink(writes, fails, untilMs)) };
};

/** What the sessions come to as a row of the table. */
export const rowOf = async (
  name: string,
  scripts: readonly DeliveryScript[],
  results: readonly Delivered[],
  shorter: (script: DeliveryScript) => Promise<DeliveryScript>,
): Promise<Row> => {
  const total = (pick: (result: Delivered) => number): number => results.reduce((all, one) => all + pick(one), 0);
  const writes = scripts.reduce((all, { deliveries }) => all + new Set(deliveries.map(({ at }) => at)).size, 0);
  const again = total(({ refused }) => refused);
  const red = scripts[results.findIndex(isRed)];
  return {
    name,
    did: `${figure(writes)} writes in ${figure(total(({ posts }) => posts))} posts, ${figure(again)} of them too early`,
    lost: total(({ lost }) => lost),
    doubled: total(({ doubled }) => doubled),
    moved: total(({ moved }) => moved),
    leaks: total(({ leaks }) => leaks),
    exits: 0,
    faults: tally(results.flatMap(({ faults }) => faults)),
    ...(red === undefined ? {} : { script: await shorter(red) }),
  };
};

/** By posts to that port, which is of a bridge or leads to one. */
export const repeatsBy = async ({ name, port, seed, size }: PortOptions): Promise<Row> => {
  const scripts = drawAll(seed, sizes[size]);
  const results = await together(sizes[size].width, scripts, (script) => runDeliveries(script, port));
  const row = await rowOf(name, scripts, results, (script) => shortest(script, port));
  const isTried = results.some(({ refused }) => refused > 0);
  return isTried ? row : { ...row, faults: [...row.faults, 'no post came too early: the window was not tried'] };
};

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  report(await onStage(({ port }) => repeatsBy({ name: '', port, seed, size })));
};

/** The deliveries of one session. */
export const repeatAgain = async (script: DeliveryScript, to: { name: string; port: number }): Promise<Row> =>
  rowOf(to.name, [script], [await runDeliveries(script, to.port)], async () => script);

const replay: Replay = async (script, { report }) => {
  report(await onStage(({ port }) => repeatAgain(script as DeliveryScript, { name: '', port })));
};

export const repeats: Plan = {
  id: 'F2',
  about: 'posts that come one to three times, late and out of order',
  aim: 'the target gets each byte once, in order',
  run,
  replays: { '': replay },
};
