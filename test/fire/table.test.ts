/** The table says red what is red, and of a control what is green. */
import { expect, test } from 'vitest';
import type { Row } from './plan.ts';
import { formatTable, isRight } from './table.ts';

const green: Row = { name: 'part', did: '3 cuts', lost: 0, doubled: 0, moved: 0, leaks: 0, exits: 0, faults: [] };
const entry = (row: Partial<Row>, isControl?: true) => ({
  plan: { id: 'F0', ...(isControl ? { isControl } : {}) },
  row: { ...green, ...row },
  seconds: 1.25,
});

const wrongBytes: readonly Partial<Row>[] = [{ lost: 1 }, { doubled: 1 }, { moved: 1 }];
const wrongElse: readonly Partial<Row>[] = [{ leaks: 1 }, { exits: 1 }, { faults: ['hangs'] }];

test.each([...wrongBytes, ...wrongElse])('%o is red', (row) => {
  expect(isRight(entry(row))).toBe(false);
  expect(formatTable([entry(row)], { seed: 1, size: 'small' })).toContain('RED');
});

test.each(wrongBytes)('%o is right for a control', (row) => {
  expect(isRight(entry(row, true))).toBe(true);
});

test.each(wrongElse)('%o alone is not right for a control', (row) => {
  expect(isRight(entry(row, true))).toBe(false);
});

test('a control that holds is not right', () => {
  expect(isRight(entry({}))).toBe(true);
  expect(isRight(entry({}, true))).toBe(false);
  expect(formatTable([entry({}, true)], { seed: 1, size: 'small' })).toContain('NO BYTE LOST: the fire finds nothing');
});

test('it has the seed, the command that repeats it, the faults and the script', () => {
  const text = formatTable([entry({ faults: ['hangs'], script: { bytes: 7 } })], { seed: 42, size: 'full' });
  expect(text).toContain('again: npm run fire -- --seed 42 --size full\n');
  expect(text).toMatch(/^F0 part +3 cuts +0 +0 +0 +0 +0 +1\.3 +RED$/m);
  const script = `npm run fire -- --script '{"row":"F0 part","bytes":7}'`;
  const plan = 'npm run fire -- --seed 42 --size full --only F0';
  expect(text).toContain(`F0 part:\n  hangs\n  shortest script found: ${script}\n  the whole plan again: ${plan}\n`);
});

test('what is missing is said of a run that was interrupted, and what was chosen of one that was', () => {
  const text = formatTable([entry({})], { seed: 42, size: 'full', only: ['F0', 'F1'], isInterrupted: true });
  expect(text).toMatch(/^interrupted: .*\n.*--only F0,F1\n/);
  expect(text).toMatch(/^F0 part .* green$/m);
});

test('a control is explained where there is one', () => {
  const heading = { seed: 1, size: 'small' };
  expect(formatTable([entry({})], heading)).not.toContain('control');
  expect(formatTable([entry({ lost: 1 }, true)], heading)).toContain('control: the same done to a bridge without');
});
