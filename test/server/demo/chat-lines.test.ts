/** Lines out of bytes: pieces, bounds, and what is not text. */
import { expect, test } from 'vitest';
import { cleanText, LineSplitter, MAX_LINE_BYTES } from '../../../server/demo/chat-lines.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

test('a line that comes byte by byte is one line, its characters whole', () => {
  const splitter = new LineSplitter();
  const lines = [...bytes('grüß Gott ✓\r\n')].flatMap((byte) => splitter.push(Uint8Array.of(byte)));
  expect(lines).toEqual([{ text: 'grüß Gott ✓', cut: false }]);
});

test('several lines in one chunk come out one by one, the unfinished one later', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(bytes('one\ntwo\r\nthr')).map(({ text }) => text)).toEqual(['one', 'two']);
  expect(splitter.push(bytes('ee\n')).map(({ text }) => text)).toEqual(['three']);
});

test('what came after the last line end is a line at the end, and nothing is none', () => {
  const splitter = new LineSplitter();
  splitter.push(bytes('first\nlast'));
  expect(splitter.rest()).toEqual({ text: 'last', cut: false });
  expect(splitter.rest()).toBeNull();
});

test('a line of exactly the bound is whole; one byte more is cut', () => {
  const splitter = new LineSplitter();
  const [whole, long] = splitter.push(bytes(`${'x'.repeat(MAX_LINE_BYTES)}\n${'y'.repeat(MAX_LINE_BYTES + 1)}\n`));
  expect(whole).toEqual({ text: 'x'.repeat(MAX_LINE_BYTES), cut: false });
  expect(long).toEqual({ text: 'y'.repeat(MAX_LINE_BYTES), cut: true });
});

test('a cut line does not cut the next one', () => {
  const splitter = new LineSplitter();
  for (let i = 0; i < 100; i += 1) splitter.push(bytes('z'.repeat(1000)));
  expect(splitter.push(bytes('\nshort\n')).map(({ cut }) => cut)).toEqual([true, false]);
});

test('control characters, line separators and direction marks are not text', () => {
  expect(cleanText('\u001b[31mred\u0007 \u0000nul\u009b del\u007f\u2028\u202eback\u2066')).toBe('[31mred nul delback');
  expect(cleanText('\ttab\tbed ')).toBe('tab bed');
});

test('bytes that are no UTF-8 become replacement characters', () => {
  const [line] = new LineSplitter().push(Uint8Array.of(0xff, 0x41, 0x0a));
  expect(line?.text).toBe('\ufffdA');
});
