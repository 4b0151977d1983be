/** Two sockets never have the same nonce, whatever an engine says of its chance. */
import { afterEach, expect, test, vi } from 'vitest';
import { makeNonce } from '../../../client/adapter/page.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const FORM = /^[A-Za-z0-9._~-]{22,1024}$/;

test('an engine whose source of chance gives only zeros still has nonces that nobody can guess', () => {
  vi.stubGlobal('crypto', { getRandomValues: (values: Uint8Array) => values.fill(0) });
  const nonces = Array.from({ length: 50 }, makeNonce);
  expect(new Set(nonces.map((nonce) => nonce.slice(0, 22))).size).toBe(50);
  for (const nonce of nonces) expect(nonce).toMatch(FORM);
});

test('a page whose Math.random was taken over has the good source, and two pages of one moment have it, too', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  vi.spyOn(Date.prototype, 'getTime').mockReturnValue(0);
  expect(makeNonce().slice(0, 22)).not.toBe(makeNonce().slice(0, 22));
});

test('an engine without any source has the one of the language', () => {
  vi.stubGlobal('crypto', undefined);
  vi.stubGlobal('Uint8Array', undefined);
  const [one, two] = [makeNonce(), makeNonce()];
  expect(one.slice(0, 22)).not.toBe(two.slice(0, 22));
  expect([one, two]).toEqual([expect.stringMatching(FORM), expect.stringMatching(FORM)]);
});
