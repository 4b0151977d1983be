/** Tests of upload codings: any bytes come back whatever the cuts, and anything else is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { type Coding, codings, createDecoder } from '../../../server/transport/coding.ts';

const encode: Record<Coding, (bytes: Uint8Array) => Buffer> = {
  raw: (bytes) => Buffer.from(bytes),
  base64: (bytes) => Buffer.from(Buffer.from(bytes).toString('base64url')),
  utf8: (bytes) => Buffer.from(Buffer.from(bytes).toString('latin1')),
};

const decode = (coding: Coding, pieces: readonly Uint8Array[]): Buffer => {
  const decoder = createDecoder(coding);
  const bytes = pieces.map((piece) => decoder.push(piece));
  return Buffer.concat([...bytes, decoder.finish()]);
};

/** Cuts bytes at the given places, in whatever order and number. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const sorted = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...sorted].map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length));
};

const refuses = (coding: Coding, pieces: readonly Uint8Array[]): void => {
  expect(() => decode(coding, pieces)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
};

const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const places = fc.array(fc.nat(), { maxLength: 8 });

/** Every way to hand a text on in one piece, byte by byte, and in two. */
const cuttings = (text: string | Uint8Array): Uint8Array[][] => {
  const bytes = Buffer.from(text as string);
  const two = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [[bytes], Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)), ...two];
};

describe.each(codings)('%s', (coding) => {
  test('every byte comes back, one coded byte at a time', () => {
    const coded = encode[coding](every);
    expect(
      decode(
        coding,
        [...coded].map((byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(Buffer.from(every));
  });

  test('any bytes come back, cut anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), places, (bytes, at) => {
        expect(decode(coding, cut(encode[coding](bytes), at))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('a megabyte comes back', () => {
    const bytes = Buffer.alloc(1024 * 1024, every);
    const coded = encode[coding](bytes);
    expect(decode(coding, [coded.subarray(0, 65_537), coded.subarray(65_537)]).equals(bytes)).toBe(true);
  });

  test('nothing is nothing', () => {
    expect(decode(coding, [])).toHaveLength(0);
    expect(decode(coding, [new Uint8Array(0), new Uint8Array(0)])).toHaveLength(0);
  });

  test('any input is decoded to what encodes to it, or refused, and cuts make no difference', () => {
    const letters = fc.array(fc.constantFrom(...Buffer.from('AQgw_-=\r\n\u00c3\u00ff')), { maxLength: 12 });
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      letters.map((bytes) => Uint8Array.from(bytes)),
    );
    const attempt = (pieces: readonly Uint8Array[]): Buffer | string => {
      try {
        return decode(coding, pieces);
      } catch (cause) {
        expect(cause).toBeInstanceOf(NetwineError);
        return (cause as NetwineError).code;
      }
    };
    fc.assert(
      fc.property(input, places, (bytes, at) => {
        const whole = attempt([bytes]);
        expect(attempt(cut(bytes, at))).toEqual(whole);
        if (typeof whole === 'string') {
          expect(whole).toBe('BAD_REQUEST');
          return;
        }
        const text = Buffer.from(bytes).toString('latin1');
        const exact = coding === 'base64' ? text.replace(/[\r\n]+$/, '') : text;
        expect(encode[coding](whole).toString('latin1')).toBe(exact);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('base64', () => {
  test.each(['\n', '\r\n', '\r\n\r\n'])('line ends at the very end are dropped: %j', (ending) => {
    for (const pieces of cuttings(`AAEC_-8${ending}`)) {
      expect(decode('base64', pieces)).toEqual(Buffer.from([0, 1, 2, 0xff, 0xef]));
    }
  });

  test.each([
    ['a letter of the other alphabet', 'AA+A'],
    ['padding', 'AA=='],
    ['a line end in the middle', 'AA\nAA'],
    ['a blank', 'AAAA '],
    ['a single last letter', 'AAAAA'],
    ['bits beyond the last byte', 'AB'],
    ['bits beyond the last two bytes', 'AAB'],
    ['a zero byte', 'AA\0A'],
  ])('%s is refused', (_, text) => {
    for (const pieces of cuttings(text)) refuses('base64', pieces);
  });
});

describe('utf8', () => {
  test.each([
    ['a character beyond 255', Buffer.from('\u0100')],
    ['a character of three bytes', Buffer.from('a\u20acb')],
    ['a character of four bytes', Buffer.from('\u{1f377}')],
    ['a byte order mark', Buffer.from('\ufeffa')],
    ['a lead byte alone', Uint8Array.of(0xc3)],
    ['a lead byte before a letter', Uint8Array.of(0xc3, 0x41)],
    ['a continuation byte alone', Uint8Array.of(0x80)],
    ['an overlong form', Uint8Array.of(0xc0, 0x80)],
    ['two lead bytes', Uint8Array.of(0xc2, 0xc2, 0x80)],
    ['a byte that UTF-8 never has', Uint8Array.of(0xff)],
  ])('%s is refused', (_, bytes) => {
    for (const pieces of cuttings(bytes)) refuses('utf8', pieces);
  });
});
