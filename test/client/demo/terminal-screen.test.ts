/** The screen: each sequence by what it does to cells, cursor and answers. */
import { runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { bareGlobal, looks } from './terminal-global.ts';
import { CSI, five, lines, place, shown, terminal } from './terminal-shown.ts';

test('the global of these tests has nothing that is newer than ES3', () => {
  const newer = `[typeof JSON, typeof Promise, typeof Map, typeof Uint8Array, typeof Symbol, typeof Object.keys,
    typeof Array.isArray, typeof [].indexOf, typeof [].map, typeof ''.trim, typeof ''.repeat, typeof ''.padEnd,
    typeof (function () {}).bind, typeof Object.create, typeof setTimeout, typeof String.raw].join()`;
  expect(new Set(runInContext(newer, bareGlobal()).split(','))).toEqual(new Set(['undefined']));
});

test('lines, returns, backspace, tabs and the bell', () => {
  expect(lines('ab\r\ncd\rX\n\bY')).toEqual(['ab', 'Xd', 'Y', '', '']);
  expect(place('a\tb')).toEqual([9, 0]);
  expect(place('\t\t\t')).toEqual([9, 0]);
  expect(place(`abc${CSI}3g\r\t`)).toEqual([9, 0]);
  expect(place('abc\x1bH\r\t')).toEqual([3, 0]);
  expect(place(`\t${CSI}Z`)).toEqual([0, 0]);
  expect(shown('\x07a\x07').bells).toBe(2);
});

test('the last column is left by the next character only', () => {
  expect(lines('0123456789\r\nX')).toEqual(['0123456789', 'X', '', '', '']);
  expect(lines('0123456789X')).toEqual(['0123456789', 'X', '', '', '']);
  expect(place('0123456789')).toEqual([9, 0]);
  expect(lines('0123456789\bX')).toEqual(['01234567X9', '', '', '', '']);
  expect(lines(`${CSI}?7l0123456789X`)).toEqual(['012345678X', '', '', '', '']);
});

test('a drawing that is cut at its last column by save and restore goes on where it was', () => {
  expect(lines(`0123456789${CSI}s\r\n${CSI}uX`)).toEqual(['0123456789', 'X', '', '', '']);
});

test('a line feed at the bottom scrolls, and what leaves is kept within bounds', () => {
  const { screen } = shown(`${five}\r\nsix\r\nseven`, { history: 1 });
  expect(Array.from(screen.text())).toEqual(['three', 'four', 'five', 'six', 'seven']);
  expect(Array.from(screen.history, (row) => Array.from(row.cells).join('').trimEnd())).toEqual(['two']);
  expect(screen.pushed).toBe(2);
});

test('the cursor moves by counts, and never leaves the screen', () => {
  expect(place(`${CSI}3;4H`)).toEqual([3, 2]);
  expect(place(`${CSI}99;99f`)).toEqual([9, 4]);
  expect(place(`${CSI}3;4H${CSI}A${CSI}2C`)).toEqual([5, 1]);
  expect(place(`${CSI}3;4H${CSI}B${CSI}2D`)).toEqual([1, 3]);
  expect(place(`${CSI}3;4H${CSI}99A${CSI}99D`)).toEqual([0, 0]);
  expect(place(`${CSI}3;4H${CSI}E`)).toEqual([0, 3]);
  expect(place(`${CSI}3;4H${CSI}F`)).toEqual([0, 1]);
  expect(place(`${CSI}5G${CSI}2d`)).toEqual([4, 1]);
  expect(place(`${CSI}0;0H`)).toEqual([0, 0]);
});

test('erasing in line and display', () => {
  const at = (sequence: string): string[] => lines(`${five}${CSI}3;3H${sequence}`);
  expect(at(`${CSI}K`)[2]).toBe('th');
  expect(at(`${CSI}1K`)[2]).toBe('   ee');
  expect(at(`${CSI}2K`)[2]).toBe('');
  expect(at(`${CSI}J`)).toEqual(['one', 'two', 'th', '', '']);
  expect(at(`${CSI}1J`)).toEqual(['', '', '   ee', 'four', 'five']);
  expect(at(`${CSI}2J`)).toEqual(['', '', '', '', '']);
  expect(at(`${CSI}2X`)[2]).toBe('th  e');
  expect(place(`${five}${CSI}2J`)).toEqual([4, 4]);
});

test('for a BBS clearing goes home, and a form feed clears', () => {
  expect(place(`${five}${CSI}2J`, { bbs: true })).toEqual([0, 0]);
  expect(lines(`${five}\x0cX`, { bbs: true })).toEqual(['X', '', '', '', '']);
});

test('cells and rows are inserted and deleted', () => {
  expect(lines(`abcdef${CSI}1;3H${CSI}2@`)[0]).toBe('ab  cdef');
  expect(lines(`0123456789${CSI}1;3H${CSI}99@`)[0]).toBe('01');
  expect(lines(`abcdef${CSI}1;3H${CSI}2P`)[0]).toBe('abef');
  expect(lines(`abc${CSI}1;2H${CSI}4hXY${CSI}4lZ`)[0]).toBe('aXYZc');
  expect(lines(`${five}${CSI}2H${CSI}2L`)).toEqual(['one', '', '', 'two', 'three']);
  const { screen } = shown(`${five}${CSI}H${CSI}2M`);
  expect(Array.from(screen.text())).toEqual(['three', 'four', 'five', '', '']);
  expect(screen.pushed).toBe(0);
});

test('the scroll region holds what scrolls', () => {
  expect(lines(`${five}${CSI}2;4r${CSI}4H\nX`)).toEqual(['one', 'three', 'four', 'X', 'five']);
  expect(lines(`${five}${CSI}2;4r${CSI}2H\x1bMX`)).toEqual(['one', 'X', 'two', 'three', 'five']);
  expect(lines(`${five}${CSI}2;4r${CSI}S`)).toEqual(['one', 'three', 'four', '', 'five']);
  expect(lines(`${five}${CSI}2;4r${CSI}T`)).toEqual(['one', '', 'two', 'three', 'five']);
  expect(lines(`${five}${CSI}2;4r${CSI}3H${CSI}L`)).toEqual(['one', 'two', '', 'three', 'five']);
  for (const outside of ['5;3HL', '5;3HM', '1;3HL', '1;3HM']) {
    const [at = '', what = ''] = outside.split(/(?<=H)/);
    expect(lines(`${five}${CSI}2;4r${CSI}${at}${CSI}${what}`)).toEqual(['one', 'two', 'three', 'four', 'five']);
  }
  expect(place(`${CSI}2;4r${CSI}?6h${CSI}99;1H`)).toEqual([0, 3]);
  expect(place(`${CSI}2;4r${CSI}3H${CSI}9A`)).toEqual([0, 1]);
  expect(place(`${CSI}4;2r${CSI}5H\n`)).toEqual([0, 4]);
});

test('save and restore keep place and look', () => {
  const { screen } = shown(`${CSI}2;3H${CSI}1;31m\x1b7${CSI}H${CSI}mA\x1b8B`);
  expect(looks(terminal, screen.grid.rows[1])).toEqual([':', 'f9:B']);
});

test('colours: sixteen, bright, bold, inverse, and 256 and more as the nearest', () => {
  const style = (text: string): string => terminal.style.className(terminal.style.select(terminal.style.plain, text));
  expect(style('31;44')).toBe('f1 b4');
  expect(style('97;103')).toBe('f15 b11');
  expect(style('1;33')).toBe('f11');
  expect(style('1')).toBe('f15');
  expect(style('7')).toBe('f0 b7');
  expect(style('7;31;42')).toBe('f2 b1');
  expect(style('38;5;9;4')).toBe('f9 underline');
  expect(style('38;5;203;48;5;16')).toBe('f9 b0');
  expect(style('38;5;232;48;5;255')).toBe('f0 b15');
  expect(style('38;2;80;90;250;1')).toBe('f12');
  expect(style('38:2::0:170:0')).toBe('f2');
  expect(style('38:5:3;5')).toBe('f3 blink');
  expect(style('38;7;31')).toBe(style('7;31'));
  expect(style('31;39;44;49;4;24;7;27;3;23')).toBe('');
  expect(style('31;')).toBe('');
  expect(style('8;31')).toBe('conceal');
});

test('erased cells have the background that is chosen, and nothing else of the look', () => {
  const { screen } = shown(`${CSI}1;4;31;44mA${CSI}K`);
  expect(looks(terminal, screen.grid.rows[0])).toEqual(['f9 b4 underline:A', `b4:${' '.repeat(9)}`]);
});

test('who asks is answered', () => {
  expect(shown(`${CSI}3;4H${CSI}6n`).answers).toBe('\x1b[3;4R');
  expect(shown(`${CSI}2;4r${CSI}?6h${CSI}2;3H${CSI}6n`).answers).toBe('\x1b[2;3R');
  expect(shown(`${CSI}5n${CSI}c${CSI}0c${CSI}>c`).answers).toBe('\x1b[0n\x1b[?1;2c\x1b[?1;2c\x1b[>0;10;0c');
  expect(shown(`${CSI}?6n${CSI}1c${CSI}=c`).answers).toBe('');
});

test('titles and whatever else is unknown leave no trace', () => {
  for (const unknown of [
    '\x1b]0;a title\x07',
    '\x1b]2;another; [31m\x1b\\',
    '\x9d0;title\x9c',
    '\x1bPq#0;2;0;0;0~-\x1b\\',
    '\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\',
    '\x1b(B\x1b)0\x1b%G\x1b F\x1b=\x1b>',
    `${CSI}?1000;1006h${CSI}>4;2m${CSI}22;0;0t${CSI} q${CSI}?u${CSI}1;2;3$z${CSI}99~`,
    `${CSI}${'1;'.repeat(500)}H`,
    `${CSI}${' '.repeat(500)}A`,
    `${CSI}31\x18`,
  ]) {
    expect([unknown, lines(`a${unknown}b`)[0]]).toEqual([unknown, 'ab']);
    expect([unknown, shown(`a${unknown}b`).screen.style]).toEqual([unknown, terminal.style.plain]);
  }
});

test('a sequence that is broken off gives way to what follows', () => {
  expect(lines(`a${CSI}3\x1b[1;3Hb`)[0]).toBe('a b');
  expect(lines(`a${CSI}3é`)[0]).toBe('aé');
  expect(lines(`a${CSI}1\r;3Hb`)[0]).toBe('a b');
  expect(lines('\x1b]0;no end\r\nnext')[1]).toBe('next');
});

test('line drawing by DEC', () => {
  expect(lines('\x1b(0lqk\x1b(Blqk')[0]).toBe('┌─┐lqk');
  expect(lines('\x1b)0a\x0ex\x0fx')[0]).toBe('a│x');
});

test('a full-screen program has a screen of its own, and leaves the other as it was', () => {
  const own = `one${CSI}?1049h${CSI}Htwo`;
  expect(lines(own)[0]).toBe('two');
  const { screen } = shown(`${own}${'\n'.repeat(9)}${CSI}?1049lX`);
  expect(screen.text()[0]).toBe('oneX');
  expect(screen.pushed).toBe(0);
  expect(shown(`${CSI}?25l`).screen.visible).toBe(false);
  expect(shown(`${CSI}?1h`).screen.applicationKeys).toBe(true);
  expect(lines(`${five}${CSI}31m\x1bcX`)).toEqual(['X', '', '', '', '']);
});

test('wide and combining characters keep to their cells', () => {
  expect(place('日a')).toEqual([3, 0]);
  expect(lines('123456789日')).toEqual(['123456789', '日', '', '', '']);
  expect(lines('日本\r\x1b[CX')[0]).toBe(' X本');
  expect(lines('日本\r\x1b[2CX')[0]).toBe('日X');
  expect(lines('日本\rX')[0]).toBe('X 本');
  expect(lines('e\u0301!')[0]).toBe('e\u0301!');
  expect(lines('123456789e\u0301!')).toEqual(['123456789e\u0301', '!', '', '', '']);
  expect(lines(`e${'\u0301'.repeat(99)}!`)[0]?.length).toBeLessThan(12);
  expect(lines('😀\u200d!')[0]).toBe('😀\u200d!');
});

test('what is typed does not meet a sequence that is still on its way', () => {
  const screen = terminal.createScreen({ columns: 10, rows: 5 });
  screen.write('a\x1b[3');
  screen.echo('1m');
  screen.write('1mb');
  expect(looks(terminal, screen.grid.rows[0])).toEqual([':a1m', 'f1:b']);
});

test('the last character is repeated, though not without end', () => {
  expect(lines(`a${CSI}3b`)[0]).toBe('aaaa');
  expect(lines(`a${CSI}99999b`)).toEqual([...Array(4).fill('a'.repeat(10)), 'a']);
});
