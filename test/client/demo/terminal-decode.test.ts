/** Bytes to text and back in each charset, against Node's own decoders where it has one, in any cut. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cuts, latin1, loadTerminal, utf8 } from './terminal-global.ts';

const terminal = loadTerminal();

const decoded = (charset: string, pieces: readonly string[]): string => {
  const decoder = terminal.createDecoder(charset);
  return pieces.map((piece) => decoder.decode(piece)).join('') + decoder.end();
};

const all = Array.from({ length: 256 }, (_, value) => value);

test('code page 437 draws its blocks, lines, letters and little pictures', () => {
  expect(decoded('cp437', ['\xb0\xb1\xb2\xdb\xc9\xcd\xbb\xba\xc8\xbc\x80\x81\xe1\xfe\xff\x7f'])).toBe(
    '░▒▓█╔═╗║╚╝Çüß■\u00a0⌂',
  );
  expect(decoded('cp437', ['\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x11\x18\x19\x1a\x1e\x1f'])).toBe('☺☻♥♦♣♠♫☼►◄↑↓→▲▼');
});

test('the control characters that a BBS means stay what they are', () => {
  expect(decoded('cp437', ['\0\x07\b\t\n\x0c\r\x1b[1;31m'])).toBe('\0\x07\b\t\n\x0c\r\x1b[1;31m');
});

test('each byte of code page 437 that shows something is typed as itself', () => {
  const bytes = latin1(all.filter((value) => value >= 32 && value !== 127));
  expect(new Set(decoded('cp437', [bytes])).size).toBe(bytes.length);
  expect(terminal.encode('cp437', decoded('cp437', [bytes]))).toBe(bytes);
});

test('what a charset has no place for is typed as a question mark, control keys as themselves', () => {
  expect(terminal.encode('cp437', 'é日☺\r\x1b[A\x7f\x03')).toBe('\x82?\x01\r\x1b[A\x7f\x03');
  expect(terminal.encode('cp437', 'constructor')).toBe('constructor');
  expect(terminal.encode('latin1', 'Ä€\x1b')).toBe('\xc4?\x1b');
  expect(terminal.encode('utf8', 'Ä€😀')).toBe(utf8('Ä€😀'));
  expect(terminal.encode('utf8', '\ud83d!\ude00\udc00')).toBe(utf8('\ufffd!\ufffd\ufffd'));
});

test('Latin-1 is what the bytes are', () => {
  expect(decoded('latin1', [latin1(all)])).toBe(latin1(all));
});

test.each([
  ['all lengths', utf8('aß€😀\u{10ffff}\ue000')],
  ['overlong forms', '\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf'],
  ['surrogates', '\xed\xa0\x80\xed\xbf\xbf'],
  ['beyond the last character', '\xf4\x90\x80\x80\xf5\x80\xff'],
  ['beginnings without an end', '\xe2\x82A\xf0\x9f\x98\xe2\x82\xac\xf0\x9f'],
  ['ends without a beginning', '\x80\xbfA'],
])('UTF-8 in any cut: %s', (_what, bytes) => {
  const expected = Buffer.from(bytes, 'latin1').toString('utf8');
  for (const [name, pieces] of cuts(bytes)) expect([name, decoded('utf8', pieces)]).toEqual([name, expected]);
});

test('UTF-8 of any bytes and in any cut is what Node makes of it', () => {
  const piece = fc.uint8Array({ maxLength: 6 }).map((bytes) => latin1([...bytes]));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const whole = Buffer.from(pieces.join(''), 'latin1');
      expect(decoded('utf8', pieces)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole));
    }),
  );
});

test('a decoder that has ended begins anew', () => {
  const decoder = terminal.createDecoder('utf8');
  expect([decoder.decode('\xe2\x82'), decoder.end(), decoder.decode('A'), decoder.end()]).toEqual([
    '',
    '\ufffd',
    'A',
    '',
  ]);
});

test('wide characters take two cells, combining ones none', () => {
  const widths = ['a', 'é', '─', '日', '😀', '\u0301', '\u200d', '\ufe0f', '한', '｡', 'Ａ'].map(terminal.widthOf);
  expect(widths).toEqual([1, 1, 1, 2, 2, 0, 0, 0, 2, 1, 2]);
});
