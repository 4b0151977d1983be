/** The fire: every plan against a bridge of its own, and one table of what it came to. */
import { afterAll, expect, test } from 'vitest';
import { atEnd, endWhenCancelled } from '../support/at-end.ts';
import type { Row, Size } from './plan.ts';
import { plans } from './plans/index.ts';
import { type Entry, formatLine, formatTable, isRight } from './table.ts';

const seed = Number(process.env.FIRE_SEED ?? 1);
const size: Size = process.env.FIRE_SIZE === 'full' ? 'full' : 'small';
const only = process.env.FIRE_ONLY?.split(',') ?? [];
const MOST_MS = size === 'full' ? 1_800_000 : 240_000;

const entries: Entry[] = [];
const chosen = plans.filter(({ id }) => only.length === 0 || only.includes(id));

const print = (isInterrupted: boolean): void =>
  void process.stdout.write(`\n${formatTable(entries, { seed, size, isInterrupted })}`);
const forget = atEnd(() => print(true));

test.for(chosen)('$id: $about: $aim', { timeout: MOST_MS }, async (plan, { signal }) => {
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
  await plan.run({ seed, size, report });
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter((entry) => !isRight(entry)).map(({ row }) => row)).toEqual([]);
});

afterAll(() => {
  forget();
  print(false);
});
