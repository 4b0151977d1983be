/** Tries the inputs of a plan, and makes the first ones that fail as short as they can be. */
import { shrink } from '../fire/shrink.ts';
import { seedOf } from '../support/random.ts';
import type { Aftermath, Input, Plan, Running } from './plan.ts';

/** An input that failed. */
export interface Failing {
  /** Its number within the plan, from 0. */
  index: number;
  fault: string;
  /** The least that still fails; the whole where it failed once only. */
  input: Input;
}

/** What a plan came to: one row of the table. */
export interface Row extends Aftermath {
  name: string;
  about: string;
  inputs: number;
  failed: number;
  /** The first ones. */
  failing: readonly Failing[];
  seconds: number;
}

const MOST_SHOWN = 5;
const SHRINK_MS = 4000;

/** Nothing failed, and nothing is left. */
export const isGreen = ({ failed, exits, traces, sessions, descriptors }: Row): boolean =>
  failed + exits + traces.length + sessions + descriptors === 0;

/** What a try comes to; a check that throws has found something, too. */
const outcome = async (running: Running, input: Input): Promise<string | null> => {
  try {
    return await running.check(input);
  } catch (error) {
    return `throws ${error instanceof Error ? error.stack : error}`;
  }
};

const shortest = async (running: Running, index: number, { fault, input }: Failing): Promise<Failing> => {
  let last = fault;
  const fails = async (rest: Input): Promise<boolean> => {
    const found = await outcome(running, rest);
    if (found !== null) last = found;
    return found !== null;
  };
  if (!(await fails(input))) return { index, fault: `${fault} (not again when alone)`, input };
  return { index, input: await shrink(input, fails, performance.now() + SHRINK_MS), fault: last };
};

/** Runs so many inputs of a plan; the same seed draws the same ones. */
export const tryAll = async (plan: Plan, { seed, count }: { seed: number; count: number }): Promise<Row> => {
  const since = performance.now();
  const running = await plan.start();
  const found: Failing[] = [];
  let failed = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const input = plan.draw(seedOf(seed, index));
      const fault = await outcome(running, input);
      if (fault === null) continue;
      failed += 1;
      if (found.length < MOST_SHOWN) found.push({ index, fault, input });
    }
  };
  await Promise.all(Array.from({ length: running.width }, lane));
  const failing: Failing[] = [];
  for (const one of found) failing.push(await shortest(running, one.index, one));
  const aftermath = await running.close();
  const seconds = (performance.now() - since) / 1000;
  return { name: plan.name, about: plan.about, inputs: count, failed, failing, seconds, ...aftermath };
};
