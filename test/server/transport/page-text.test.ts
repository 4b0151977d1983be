/** A target's bytes in a page: every byte is harmless, what is text is readable, and a cut changes nothing else. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageText } from '../../../server/transport/encoding/page-text.ts';
import { unescapeHtml } from '../../support/old-engines.ts';

const shown = (bytes: Uint8Array | string, cut = false): string => unescapeHtml(pageText(Buffer.from(bytes), cut));
const SAFE = /^(?:[\n\t\x20-\x25\x28-\x3b=?-~]|&(?:#\d+|amp|lt|gt|quot);)*$/;

it('whatever the bytes are, they are plain text of HTML', () => {
  const hostile = fc.constantFrom(
    '</pre>',
    '<script>',
    '-->',
    ']]>',
    '&lt;',
    '"',
    "'",
    '\u2028',
    '\u202e',
    '\0',
    '\x1b[31m',
  );
  const any = fc.array(
    fc.oneof(
      hostile.map((text) => Buffer.from(text)),
      fc.uint8Array(),
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(any, fc.boolean(), (parts, cut) => {
      expect(pageText(Buffer.concat(parts), cut)).toMatch(SAFE);
    }),
    { numRuns: 500 },
  );
  for (let value = 0; value < 256; value += 1) expect(pageText(Uint8Array.of(value))).toMatch(SAFE);
});

it('UTF-8 is read as such, and what is none as Latin-1, also side by side', () => {
  expect(shown('Gr\u00fc\u00dfe \u20ac \u{1f600} <b>&amp;')).toBe('Gr\u00fc\u00dfe \u20ac \u{1f600} <b>&amp;');
  expect(shown(Buffer.from('Gr\u00fc\u00dfe', 'latin1'))).toBe('Gr\u00fc\u00dfe');
  expect(shown(Uint8Array.of(0xe9, 0xc3, 0xa9, 0xff, 0xc3))).toBe('\u00e9\u00e9\u00ff\u00c3');
  // Too long a spelling, half of a pair, beyond the last character.
  expect(shown(Uint8Array.of(0xc0, 0xaf))).toBe('\u00c0\u00af');
  expect(shown(Uint8Array.of(0xed, 0xa0, 0xbd))).toBe('\u00ed\u00a0\u00bd');
  expect(shown(Uint8Array.of(0xf4, 0xa0, 0xbd, 0xbf))).toBe('\u00f4\u00a0\u00bd\u00bf');
});

it('line ends become one, and controls, colours and marks of direction nothing', () => {
  expect(shown('a\r\nb\rc\r\0d\ne\tf')).toBe('a\nb\nc\nd\ne\tf');
  expect(shown('\x1b[1;31mred\x1b[0m\x07\x08 \x7f\u0085\u202eabc\x1b[2')).toBe('red abc');
});

it('the rest of a character is left out where the beginning is', () => {
  const bytes = Buffer.from('\u20ac\u20ac');
  expect(shown(bytes.subarray(1), true)).toBe('\u20ac');
  expect(shown(bytes.subarray(1), false)).not.toBe('\u20ac');
  expect(shown(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x41), true)).toBe('A');
});
