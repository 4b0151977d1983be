/** What the fire says of a stream is what was done to it. */
import { expect, test } from 'vitest';
import { seededBytes } from '../support/targets.ts';
import { compare, isWhole } from './compare.ts';

const sent = seededBytes(5, 10_000);
const part = (from: number, to: number): Buffer => sent.subarray(from, to);
const of = (...parts: Buffer[]) => compare(sent, Buffer.concat(parts));

test('what arrives as it was sent is whole', () => {
  expect(isWhole(of(sent))).toBe(true);
  expect(isWhole(compare(Buffer.alloc(0), Buffer.alloc(0)))).toBe(true);
});

test.each([
  ['at the end', [part(0, 9000)], 1000],
  ['at the beginning', [part(10, 10_000)], 10],
  ['in the middle', [part(0, 3000), part(3001, 10_000)], 1],
  ['altogether', [], 10_000],
])('bytes are lost %s', (_, parts, lost) => {
  expect(of(...parts)).toEqual({ lost, doubled: 0, moved: 0 });
});

test.each([
  ['at once', [part(0, 3000), part(2900, 10_000)], 100],
  ['later', [part(0, 3000), part(100, 200), part(3000, 10_000)], 100],
  ['twice', [part(0, 50), part(0, 50), part(0, 10_000)], 100],
])('bytes are doubled %s', (_, parts, doubled) => {
  expect(of(...parts)).toEqual({ lost: 0, doubled, moved: 0 });
});

test('bytes that come behind others that they were before have moved', () => {
  expect(of(part(0, 1000), part(1500, 2000), part(1000, 1500), part(2000, 10_000))).toEqual({
    lost: 0,
    doubled: 0,
    moved: 500,
  });
});

test('bytes that nobody sent are told, too', () => {
  expect(of(part(0, 1000), Buffer.alloc(7), part(1000, 10_000))).toEqual({ lost: 0, doubled: 0, moved: 7 });
});

test('one loss and one repeat do not hide each other', () => {
  expect(of(part(0, 1000), part(1040, 5000), part(4960, 10_000))).toEqual({ lost: 40, doubled: 40, moved: 0 });
});
