/** What each key that prints nothing sends, to a terminal's server and to a BBS. */
import { expect, test } from 'vitest';
import { type Key, loadTerminal } from './terminal-global.ts';

const terminal = loadTerminal();
const UP: Key = { code: 38 };

test.each<[what: string, key: Key, plain: string | null, bbs: string | null]>([
  ['up', UP, '\x1b[A', '\x1b[A'],
  ['home', { code: 36 }, '\x1b[H', '\x1b[H'],
  ['end', { code: 35 }, '\x1b[F', '\x1b[K'],
  ['delete', { code: 46 }, '\x1b[3~', '\x7f'],
  ['page up', { code: 33 }, '\x1b[5~', '\x1b[V'],
  ['F1', { code: 112 }, '\x1bOP', '\x1bOP'],
  ['F12', { code: 123 }, '\x1b[24~', '\x1b[24~'],
  ['escape', { code: 27 }, '\x1b', '\x1b'],
  ['tab', { code: 9 }, '\t', '\t'],
  ['shift and tab', { code: 9, shift: true }, null, null],
  ['shift and page up', { code: 33, shift: true }, null, null],
  ['control and C', { code: 67, ctrl: true }, '\x03', '\x03'],
  ['control and [', { code: 219, ctrl: true }, '\x1b', '\x1b'],
  ['control and space', { code: 32, ctrl: true }, '\0', '\0'],
  ['AltGr and Q', { code: 81, ctrl: true, alt: true }, null, null],
  ['command and C', { code: 67, meta: true }, null, null],
  ['a letter', { code: 65 }, null, null],
])('the key %s', (_what, key, plain, bbs) => {
  expect(terminal.keyBytes(key, { application: false, bbs: false, backspace: '\x7f' })).toBe(plain);
  expect(terminal.keyBytes(key, { application: false, bbs: true, backspace: '\x7f' })).toBe(bbs);
});

test('cursor keys in application mode', () => {
  expect(terminal.keyBytes(UP, { application: true, bbs: false, backspace: '\x7f' })).toBe('\x1bOA');
});
