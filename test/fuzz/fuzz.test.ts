/** The fuzz: every plan with its part of the inputs, and one table of what they came to. */
import { afterAll, expect, test } from 'vitest';
import { atEnd, endWhenCancelled } from '../support/at-end.ts';
import { chooseNamed } from '../support/mistake.ts';
import type { Plan } from './plan.ts';
import { plans } from './plans/index.ts';
import { formatTable } from './table.ts';
import { isGreen, type Row, tryAll } from './try-all.ts';

const seed = Number(process.env.FUZZ_SEED ?? 1);
/** What runs with all tests takes a few seconds. */
const count = Number(process.env.FUZZ_COUNT ?? 3000);
const only = process.env.FUZZ_ONLY?.split(',') ?? [];
const MOST_MS = 600_000;

const rows: Row[] = [];
const chosen = chooseNamed(plans, only, ({ name }) => name);

const print = (isInterrupted: boolean): void =>
  void process.stdout.write(`\n${formatTable(rows, { seed, count, isInterrupted })}`);
const forget = atEnd(() => print(true));

const runPlan = async (plan: Plan, signal: AbortSignal): Promise<void> => {
  endWhenCancelled(signal);
  const row = await tryAll(plan, { seed, count: Math.ceil(count * plan.share) });
  rows.push(row);
  expect(isGreen(row) ? [] : row).toEqual([]);
};

// Not as a table of tests, whose names are quoted.
for (const plan of chosen) {
  test(`${plan.name}: ${plan.about}`, { timeout: MOST_MS }, ({ signal }) => runPlan(plan, signal));
}

afterAll(() => {
  forget();
  print(false);
});
