/** Page tokens: good for a day, for this process only. */
import { expect, test } from 'vitest';
import { createPageTokens } from '../../../server/policy/page-token.ts';

const HOUR_MS = 3_600_000;
const NOW = 12.5 * HOUR_MS;

// The clock may be any that is never set: F17, seed 1, small, refused pages whose bridge went by the wall clock.
test('a token is good for a day', () => {
  const tokens = createPageTokens();
  const token = tokens.make(NOW);
  expect(token).toMatch(/^[\w.-]+$/);
  expect([0, 1, 23, 24].map((hours) => tokens.check(token, NOW + hours * HOUR_MS))).toEqual([true, true, true, true]);
  expect(tokens.check(token, NOW + 26 * HOUR_MS)).toBe(false);
});

test('a token of the future, of another process or with another character is refused', () => {
  const tokens = createPageTokens();
  const token = tokens.make(NOW);
  expect(tokens.check(token, NOW - HOUR_MS)).toBe(false);
  expect(createPageTokens().check(token, NOW)).toBe(false);
  for (let at = 0; at < token.length - 1; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === 'a' ? 'b' : 'a'}${token.slice(at + 1)}`;
    expect(tokens.check(changed, NOW)).toBe(false);
  }
});

test.each(['', '.', 'x', `${'a'.repeat(9)}.${'a'.repeat(43)}`, 'a.b', `-1.${'a'.repeat(43)}`])(
  '%j is no token',
  (text) => {
    expect(createPageTokens().check(text, NOW)).toBe(false);
  },
);
