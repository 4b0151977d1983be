/** A list that fails is made as short as it can be, and in the time that there is. */
import { expect, test } from 'vitest';
import { shrink } from './shrink.ts';

const numbers = Array.from({ length: 100 }, (_, index) => index);
const later = (): number => performance.now() + 10_000;

test.each([
  ['one item', [37]],
  ['two that are far apart', [3, 96]],
  ['three', [0, 50, 99]],
])('%s that is needed is what remains', async (_, needed) => {
  const fails = async (rest: readonly number[]): Promise<boolean> => needed.every((one) => rest.includes(one));
  expect(await shrink(numbers, fails, later())).toEqual(needed);
});

test('where nothing is needed nothing remains', async () => {
  expect(await shrink(numbers, async () => true, later())).toEqual([]);
});

test('where all is needed all remains', async () => {
  expect(await shrink(numbers, async (rest) => rest.length === 100, later())).toEqual(numbers);
});

test('when the time is over the best so far remains', async () => {
  let runs = 0;
  const fails = async (): Promise<boolean> => {
    runs += 1;
    return true;
  };
  expect(await shrink(numbers, fails, performance.now())).toEqual(numbers);
  expect(runs).toBe(0);
});
