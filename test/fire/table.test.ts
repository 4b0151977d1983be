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

test.each<Partial<Row>>([{ lost: 1 }, { doubled: 1 }, { moved: 1 }, { leaks: 1 }, { exits: 1 }, { faults: ['hangs'] }])(
  '%o is red, and right for a control alone',
  (row) => {
    expect(isRight(entry(row))).toBe(false);
    expect(isRight(entry(row, true))).toBe(true);
    expect(formatTable([entry(row)], { seed: 1, size: 'small' })).toContain('RED');
  },
);

test('a control that holds is not right', () => {
  expect(isRight(entry({}))).toBe(true);
  expect(isRight(entry({}, true))).toBe(false);
  expect(formatTable([entry({}, true)], { seed: 1, size: 'small' })).toContain('GREEN: the fire finds nothing');
});

test('it has the seed, the command that repeats it, the faults and the script', () => {
  const text = formatTable([entry({ faults: ['hangs'], script: '{"seed":7}' })], { seed: 42, size: 'full' });
  expect(text).toContain('npm run fire -- --seed 42 --size full');
  expect(text).toMatch(/^F0 part +3 cuts +0 +0 +0 +0 +0 +1\.3 +RED$/m);
  expect(text).toMatch(/F0 part:\n {2}hangs\n {2}shortest script found: \{"seed":7\}/);
});
