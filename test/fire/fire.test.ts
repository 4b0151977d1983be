/** The fire: every plan against a bridge of its own, and one table of what it came to. */
import { afterAll, expect, test } from 'vitest';
import { atEnd, endWhenCancelled } from '../support/at-end.ts';
import { chooseNamed } from '../support/mistake.ts';
import { planOf } from './again.ts';
import { type Plan, type Row, type Size, WHOLE } from './plan.ts';
import { plans } from './plans/index.ts';
import { type Entry, formatLine, formatTable, isRight } from './table.ts';

const seed = Number(process.env.FIRE_SEED ?? 1);
const size: Size = process.env.FIRE_SIZE === 'full' ? 'full' : 'small';
const only = process.env.FIRE_ONLY?.split(',') ?? [];
/** In the place of all else: what made a row red, once more. */
const script = process.env.FIRE_SCRIPT;
const MOST_MS = size === 'full' ? 1_800_000 : 240_000;

const chosen = script === undefined ? chooseNamed(plans, only, ({ id }) => id) : [planOf(script, plans)];
const entries: Entry[] = [];
const print = (isInterrupted: boolean): void => {
  const heading = { seed, size, only, isScript: script !== undefined, isInterrupted };
  process.stdout.write(`\n${formatTable(entries, heading)}`);
};
const forget = atEnd(() => print(true));

const runPlan = async (plan: Plan, signal: AbortSignal): Promise<void> => {
  endWhenCancelled(signal);
  const own: Entry[] = [];
  let since = performance.now();
  const report = (row: Row): void => {
    const entry = { plan, row, seconds: (performance.now() - since) / 1000 };
    own.push(entry);
    entries.push(entry);
    since = performance.now();
    if (size === 'full') process.stdout.write(`  ${formatLine(entry)}\n`);
  };
  const stop = (why: string): void => {
    report({ ...WHOLE, name: '', did: 'stopped before its end', leaks: 0, exits: 0, faults: [why] });
  };
  signal.addEventListener('abort', () => stop(`it takes longer than ${MOST_MS / 1000} s`));
  await plan.run({ seed, size, report }).catch((error: Error) => stop(error.stack ?? error.message));
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter((entry) => !isRight(entry)).map(({ row }) => row)).toEqual([]);
};

// Not as a table of tests, whose names are cut.
for (const plan of chosen) {
  test(`${plan.id}: ${plan.about}: ${plan.aim}`, { timeout: MOST_MS }, ({ signal }) => runPlan(plan, signal));
}

afterAll(() => {
  forget();
  print(false);
});
