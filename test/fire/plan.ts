/** What a plan of the fire is: what it does to a bridge, and the rows of the table that it reports. */
import { type Difference, isWhole } from './compare.ts';

/** `small` runs with all tests, in a few seconds; `full` is what is claimed. */
export type Size = 'small' | 'full';

/** One row of the table. */
export interface Row extends Difference {
  /** Behind the id of its plan. */
  name: string;
  /** Figures of what was done. */
  did: string;
  /** Sessions left at the bridge, descriptors that the bridge has more than at its start, sockets left at targets. */
  leaks: number;
  /** Processes that ended though nobody had asked them to. */
  exits: number;
  /** All else that is wrong. */
  faults: readonly string[];
  /** On a red row: the shortest way to it that was found, as the `replays` of its plan take it; it becomes JSON. */
  script?: object;
}

export interface Arena {
  seed: number;
  size: Size;
  report(row: Row): void;
}

/** Does once more what a script says, and reports the row. */
export type Replay = (script: unknown, arena: Arena) => Promise<void>;

/** What is needed for a row about one way to a bridge. */
export interface PortOptions {
  name: string;
  /** Of a bridge, or of what leads to it. */
  port: number;
  /** What leads to it may end answers before their time. */
  mayBreak?: true;
  seed: number;
  size: Size;
}

/** What is done to a bridge, and what must hold meanwhile. */
export interface Plan {
  id: string;
  /** What happens. */
  about: string;
  /** What must hold. */
  aim: string;
  /** It is done to a bridge that cannot hold: its rows have to be red. */
  isControl?: true;
  run(arena: Arena): Promise<void>;
  /** By the name of the row that has such scripts. */
  replays?: Readonly<Record<string, Replay>>;
}

/** Nothing is wrong with the bytes. */
export const WHOLE: Difference = { lost: 0, doubled: 0, moved: 0 };

/** Nothing was lost, doubled or moved, nothing leaked, nothing ended, nothing else is wrong. */
export const isGreen = (row: Row): boolean =>
  isWhole(row) && row.leaks === 0 && row.exits === 0 && row.faults.length === 0;

/** Runs a task for each item, so many at once. */
export const together = async <T, R>(
  width: number,
  items: readonly T[],
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await run(item, index);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
};

/** Whether it holds within a time that no healthy run needs; asked again and again. */
export const settles = async (holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<boolean> => {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  return true;
};

/** A figure as people read it. */
export const figure = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The failures of many in a few lines: each once, with its count. */
export const tally = (faults: readonly string[]): string[] => {
  const counts = new Map<string, number>();
  for (const fault of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  return [...counts].slice(0, 8).map(([fault, count]) => (count === 1 ? fault : `${count} x ${fault}`));
};
