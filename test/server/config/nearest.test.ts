/** Tests of the search for the name that was meant. */
import { expect, test } from 'vitest';
import { nearest } from '../../../server/config/nearest.ts';

const known = ['listen', 'hosts', 'ping', 'hold', 'keep', 'window', 'up-window'];

test.each([
  ['lisen', 'listen'],
  ['upwindow', 'up-window'],
  ['windwo', 'window'],
  ['PING', 'ping'],
  ['pnig', 'ping'],
])('%s is nearest to %s', (given, meant) => {
  expect(nearest(given, known)).toBe(meant);
});

test('a name that the given one begins, or that begins it, beats one with fewer changes', () => {
  expect(nearest('wind', known)).toBe('window');
  expect(nearest('keepalive', known)).toBe('keep');
});

test('anything has a nearest name, the empty word and a huge one too, unless nothing is known', () => {
  expect(known).toContain(nearest('', known));
  expect(known).toContain(nearest('z'.repeat(1_000_000), known));
  expect(nearest('x', [])).toBe('');
});
