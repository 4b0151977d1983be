/** UTF-8 by hand gives what the engine's own gives, whatever the bytes and their cut. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createTextDecoding, encodeText } from '../../../client/adapter/utf8.ts';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const decoded = (pieces: readonly string[]): string => {
  const decoding = createTextDecoding();
  return pieces.map((piece) => decoding.push(piece)).join('') + decoding.finish();
};

test('any text becomes the bytes that TextEncoder makes, half pairs included', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
  );
  fc.assert(
    fc.property(any, (text) => {
      expect(encodeText(text)).toBe(latin1(new TextEncoder().encode(text)));
    }),
  );
});

test('texts come back from their bytes in any cut', () => {
  const cut = fc.tuple(fc.string({ unit: 'binary' }), fc.infiniteStream(fc.integer({ min: 1, max: 4 })));
  fc.assert(
    fc.property(cut, ([text, sizes]) => {
      const pieces: string[] = [];
      let rest = encodeText(text);
      for (const size of sizes) {
        pieces.push(rest.slice(0, size));
        rest = rest.slice(size);
        if (rest === '') break;
      }
      expect(decoded(pieces)).toBe(text);
    }),
  );
});

test('what is no UTF-8 does not reach the text but as a mark, and the characters after it do', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = decoded([latin1(bytes), 'ok']);
      expect(text.endsWith('ok')).toBe(true);
      expect(() => encodeURIComponent(text)).not.toThrow();
    }),
  );
  for (const bad of [
    '\xc0\x80',
    '\xe0\x80\x80',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
    '\xf5\x80\x80\x80',
    '\xff',
    '\xe2\x82',
  ]) {
    expect(decoded([bad, '.']).replace(/\ufffd+/, '')).toBe('.');
  }
});

test('the bytes of a character that is not whole are known, for who goes on elsewhere', () => {
  const whole = encodeText('a\u{1f600}\u20acb');
  for (let at = 0; at <= whole.length; at += 1) {
    for (let before = 0; before <= at; before += 1) {
      const first = createTextDecoding();
      const text = first.push(whole.slice(0, before)) + first.push(whole.slice(before, at));
      expect(text + decoded([first.pending() + whole.slice(at)])).toBe('a\u{1f600}\u20acb');
    }
  }
});

test("Wine's JScript, which ends a text at a character 0 and refuses pairs, has the same texts", () => {
  const before = escape;
  vi.stubGlobal('escape', (text: string) => before(text.split('\0', 1).join('')));
  vi.stubGlobal('encodeURIComponent', () => {
    throw new URIError('invalid characters');
  });
  const text = 'a\0b\u{1f600}\0\u20ac\0';
  const bytes = encodeText(text);
  const back = decoded([bytes]);
  vi.unstubAllGlobals();
  expect([bytes, back]).toEqual([latin1(new TextEncoder().encode(text)), text]);
});
