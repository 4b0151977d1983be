/** A screen shows what a person would see, in whatever pieces it is written. */
import { expect, test } from 'vitest';
import { Screen, screenSize } from './screen.ts';

const shown = (...pieces: readonly string[]): string => {
  const screen = new Screen();
  for (const piece of pieces) screen.write(piece);
  return screen.text.trimEnd();
};

test('text stands where the cursor was put, and colours do not show', () => {
  expect(shown('\x1b[2;3H\x1b[1;31mred\x1b[0m\x1b[1;1Htop')).toBe('top\n  red');
});

test('what is erased is gone, and what is written over is replaced', () => {
  expect(shown('hello world\r\nmore\x1b[1;6H\x1b[K')).toBe('hello\nmore');
  expect(shown('hello\rJ\r\nmore\x1b[1;1H\x1b[J')).toBe('');
  expect(shown('hello\rJ')).toBe('Jello');
});

test('a sequence may come in pieces', () => {
  const whole = '\x1b[2J\x1b[3;4Hword\x1b(B\x1b[?25l!';
  expect(shown(...whole)).toBe(shown(whole));
  expect(shown(whole)).toBe('\n\n   word!');
});

test('a line end at the bottom moves all rows up, and a full row goes on in the next', () => {
  expect(shown('first\x1b[2;1Hsecond', `\x1b[${screenSize.rows};1H\n`)).toBe('second');
  expect(shown('x'.repeat(screenSize.columns + 1))).toBe(`${'x'.repeat(screenSize.columns)}\nx`);
});

test('only the rows of a region move, up at its end and down at its beginning', () => {
  const rows = 'one\r\ntwo\r\nthree\r\nfour\x1b[2;3r';
  expect(shown(`${rows}\x1b[3;1H\nnew`)).toBe('one\nthree\nnew\nfour');
  expect(shown(`${rows}\x1b[2;1H\x1bMnew`)).toBe('one\nnew\ntwo\nfour');
  expect(shown(`${rows}\x1b[4;1H\nnew\x1b[r`)).toBe('one\ntwo\nthree\nfour\nnew');
});
