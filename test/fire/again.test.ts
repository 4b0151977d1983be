/** A script that stands below the table is the way back to its case, short or long. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandOf, planOf } from './again.ts';
import { type Plan, WHOLE } from './plan.ts';
import { plans } from './plans/index.ts';

const seen: unknown[] = [];
const plan: Plan = {
  id: 'F0',
  about: '',
  aim: '',
  run: async () => {},
  replays: {
    part: async (script, { report }) => {
      seen.push(script);
      report({ ...WHOLE, name: 'part', did: '', leaks: 0, exits: 0, faults: [] });
    },
  },
};

const givenIn = (command: string): string => /--script '?(.*?)'?$/.exec(command)?.[1] ?? '';
const arena = { seed: 1, size: 'small', report: () => {} } as const;

test.each([
  ['short', { bytes: 7, note: "it's" }],
  ['long', { fates: Array.from({ length: 200 }, (_, after) => ({ after, by: 'fin' })) }],
])('a %s script is done again by its command', async (_, script) => {
  const given = givenIn(commandOf('F0 part', script));
  await planOf(given, [plan]).run(arena);
  expect(seen.pop()).toEqual({ row: 'F0 part', ...script });
  if (given.startsWith('/')) rmSync(given);
});

test('a script of no row is told the rows that there are', () => {
  expect(() => planOf('{"row":"F9"}', [plan])).toThrow('the row of a script is one of these:\n  F0 part');
});

test('every plan can do its scripts again, but that of clocks, which is one case', () => {
  expect(plans.filter(({ replays }) => replays === undefined).map(({ id }) => id)).toEqual(['F17']);
});
