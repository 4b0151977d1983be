/** What is kept for a later page: its text, and the storage that it is kept in. */

import './engine.ts';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { formatKept, type Kept, parseKept, placeOf } from '../../../client/adapter/resume.ts';
import { bytesEdge, type Edge, stringEdge } from '../../../client/transport/edge.ts';
import { MemoryStorage } from './fixtures.ts';

afterEach(() => vi.unstubAllGlobals());

const edge = bytesEdge() as Edge<Uint8Array>;

const number = fc.integer({ min: 0, max: 2 ** 53 - 1 });
const chunk = fc.uint8Array({ maxLength: 70 });
const info = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(fc.nat(), fc.stringMatching(/^[a-zA-Z][\w.:-]*$/)),
  {
    noNullPrototype: true,
  },
);
const kept: fc.Arbitrary<Kept<Uint8Array>> = fc.record({
  session: fc.record({
    down: fc.record({
      key: fc.string({ minLength: 1 }),
      nonce: fc.string({ unit: 'binary' }),
      reader: fc.nat(),
      received: number,
      ended: fc.boolean(),
      info,
    }),
    up: fc.record({ taken: number, rest: chunk, endWanted: fc.boolean(), ended: fc.boolean() }),
  }),
  untold: chunk,
});

/** As it comes back: the bridge may have seen it under the number of another that shares its answers. */
const later = <C>({ session, untold }: Kept<C>): Kept<C> => ({
  session: { ...session, down: { ...session.down, reader: session.down.reader + 15 } },
  untold,
});

test('what is kept comes back from its text as it was, for both kinds of chunks', () => {
  fc.assert(
    fc.property(kept, (one) => {
      expect(parseKept(edge, 'w', formatKept(edge, 'w', one))).toEqual(later(one));
    }),
  );
  const letters = '\0\xff text';
  const one = fc.sample(kept, 1)[0] as Kept<Uint8Array>;
  const strings = { session: { ...one.session, up: { ...one.session.up, rest: letters } }, untold: letters };
  expect(parseKept(stringEdge, 'w', formatKept(stringEdge, 'w', strings))).toEqual(later(strings));
});

test('a text of another connection, of another form, or damaged is not taken', () => {
  fc.assert(
    fc.property(kept, fc.nat(), (one, at) => {
      const text = formatKept(edge, 'w', one);
      expect(parseKept(edge, 'v', text)).toBe(null);
      expect(parseKept(edge, 'w', `2${text.slice(1)}`)).toBe(null);
      expect(parseKept(edge, 'w', text.slice(0, at % text.length))).toBe(null);
    }),
  );
});

test('a storage that refuses keeps nothing of the past, and one that is not there nothing at all', () => {
  const storage = new MemoryStorage();
  vi.stubGlobal('sessionStorage', storage);
  const place = placeOf(edge, 'n', 'w');
  const one = fc.sample(kept, 1)[0] as Kept<Uint8Array>;
  place.save(one);
  expect(place.load()).toEqual(later(one));
  storage.mostLetters = 10;
  place.save(one);
  expect([place.load(), storage.items.size]).toEqual([null, 0]);
  vi.stubGlobal('sessionStorage', undefined);
  place.save(one);
  expect(place.load()).toBe(null);
});
