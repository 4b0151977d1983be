/** Whole dialogues: a drawing, a MUD's login and a BBS's menu, in any cut, with what is typed in between. */
import { beforeAll, expect, test } from 'vitest';
import { cuts, type Dialogue, type Key, latin1, loadTerminal, looks, type Terminal, utf8 } from './terminal-global.ts';
import {
  bbsHello,
  bbsMenu,
  bbsMoves,
  command,
  DO,
  DONT,
  drawing,
  mudAsksType,
  mudInside,
  mudPassword,
  mudWelcome,
  SB,
  SE,
  WILL,
  WONT,
} from './terminal-streams.ts';

const ENTER: Key = { code: 13 };
const BACKSPACE: Key = { code: 8 };
const UP: Key = { code: 38 };
const DOWN: Key = { code: 40 };

let terminal: Terminal;
let sent: string[] = [];

beforeAll(() => {
  terminal = loadTerminal();
});

const start = (options: object): Dialogue => {
  sent = [];
  return terminal.createDialogue({
    charset: 'utf8',
    telnet: true,
    keys: 'auto',
    backspace: '\x7f',
    bell: () => {},
    send: (bytes: string) => sent.push(bytes),
    ...options,
  });
};

const press = (dialogue: Dialogue, ...keys: Key[]): boolean[] =>
  keys.map((key) => dialogue.key({ ctrl: false, alt: false, shift: false, meta: false, ...key }));

/** What was sent since the last time. */
const said = (): string => sent.splice(0).join('');

const lines = (dialogue: Dialogue): string[] => Array.from(dialogue.screen.text());

/** One dialogue for each cut of each message that is received in it. */
const inEveryCut = (options: object, run: (dialogue: Dialogue, receive: (bytes: string) => void) => void): void => {
  for (let at = 0; at < cuts('').length; at++) {
    const dialogue = start(options);
    run(dialogue, (bytes) => {
      for (const piece of cuts(bytes)[at]?.[1] ?? []) dialogue.receive(piece);
    });
  }
};

test('a drawing in code page 437 looks as it was drawn', () => {
  inEveryCut({ charset: 'cp437', telnet: false }, ({ screen }, receive) => {
    receive(drawing);
    const rows = Array.from(screen.text());
    expect(rows[2]).toBe('    ▄▄▄░▒▓▀▀■');
    expect(rows.slice(3, 6)).toEqual([
      `    ╔${'═'.repeat(20)}╗`,
      `    ║ THE ♥ OF GOLD ${' '.repeat(5)}║`,
      `    ╚${'═'.repeat(20)}╝`,
    ]);
    expect(rows[7]).toBe('─'.repeat(80));
    expect(rows[8]).toBe('[drawn by nobody]♦');
    expect(rows[24]).toBe(`${' '.repeat(79)}█`);
    expect(looks(terminal, screen.grid.rows[2])).toEqual([':', 'f14:▄▄▄', 'f6 b6:░▒▓', 'f6:▀▀■']);
    expect(looks(terminal, screen.grid.rows[4]).slice(1)).toEqual([
      'f15 b4:║',
      'f11 b4: THE ♥ OF GOLD ',
      ':',
      'f15 b4:║',
    ]);
    expect(looks(terminal, screen.grid.rows[8])).toEqual(['f8:[drawn by nobody]', 'f1 blink:♦']);
    expect([screen.pushed, screen.x, screen.y]).toEqual([0, 0, 9]);
  });
});

test('a MUD is answered politely, gets whole lines, and no password is seen', () => {
  inEveryCut({}, (dialogue, receive) => {
    receive(mudWelcome);
    const size = command(WILL, 31) + command(SB, 31, 0, 80, 0, 25) + command(SE);
    const refused = [command(DONT, 86), command(DONT, 201), command(WONT, 42), command(DONT, 70), command(DONT, 25)];
    expect(said()).toBe(command(WILL, 24) + size + refused.join(''));
    receive(mudAsksType);
    expect(said()).toBe(`${command(SB, 24, 0)}XTERM${command(SE)}`);
    expect(lines(dialogue)[1]).toBe('  W e l c o m e   t o   t h e   Mühle');

    dialogue.type('Elf\u00fcx');
    press(dialogue, BACKSPACE);
    expect([dialogue.mode(), said()]).toEqual(['line by line', '']);
    expect(lines(dialogue)[3]).toBe('By what name do you wish to be known? Elfü');
    press(dialogue, ENTER);
    expect(said()).toBe(utf8('Elfü\r\n'));

    receive(mudPassword);
    expect(said()).toBe(command(DO, 1));
    dialogue.type('secret');
    press(dialogue, ENTER);
    expect(said()).toBe('secret\r\n');
    receive(mudInside);
    expect(said()).toBe(command(DONT, 1));
    expect(lines(dialogue).slice(4, 8)).toEqual([
      'Password:',
      'The Square',
      'A fountain – dry – stands here.',
      '<20hp 5m>',
    ]);
    // The password is not among the lines that come back.
    press(dialogue, UP, ENTER);
    expect(said()).toBe(utf8('Elfü\r\n'));
  });
});

test('a BBS finds its ANSI, draws its menu, and gets each key at once', () => {
  inEveryCut({ charset: 'cp437', backspace: '\b' }, (dialogue, receive) => {
    const { screen } = dialogue;
    receive(bbsHello);
    expect(said()).toBe([command(DO, 1), command(DO, 3), command(WILL, 0), command(DO, 0), '\x1b[1;1R'].join(''));
    expect(dialogue.mode()).toBe('key by key');

    receive(bbsMenu);
    const top = looks(terminal, screen.grid.rows[0]);
    expect(top).toEqual(['f15 b4: ELDERGATE ', `b4:${' '.repeat(58)}`, 'f15 b4:12:34', `b4:${' '.repeat(6)}`]);
    expect(lines(dialogue).slice(3, 9)).toEqual([
      `         ┌${'─'.repeat(24)}┐`,
      '         │ [M]essages             │',
      '         │ [F]iles                │',
      '         │ [D]oors                │',
      '         │ [G]oodbye              │',
      `         └${'─'.repeat(24)}┘`,
    ]);
    expect(looks(terminal, screen.grid.rows[5])[1]).toBe(`f0 b7:[F]iles${' '.repeat(15)}`);
    expect([screen.x, screen.y]).toEqual([22, 11]);

    press(dialogue, DOWN, ENTER, BACKSPACE);
    dialogue.type('ü\xff');
    expect(said()).toBe('\x1b[B\r\b\x81\x98');
    receive(bbsMoves);
    expect(looks(terminal, screen.grid.rows[5])[0]).toBe(':         │ [F]iles                │');
    expect(looks(terminal, screen.grid.rows[6])[1]).toBe(`f0 b7:[D]oors${' '.repeat(15)}`);
    expect([screen.x, screen.y]).toEqual([22, 11]);
  });
});

test('a target that is no telnet gets its bytes as they are, and bare line feeds start new lines', () => {
  const dialogue = start({ telnet: false, charset: 'latin1' });
  dialogue.receive('one\ntwo\xff');
  expect(lines(dialogue).slice(0, 2)).toEqual(['one', 'two\xff']);
  dialogue.type('\xff\n');
  expect(said()).toBe('\xff\r\n');
});

test('a line that was begun goes out when the server takes over, and so does an interrupt before its end', () => {
  const dialogue = start({});
  dialogue.type('half');
  expect(press(dialogue, { code: 67, ctrl: true })).toEqual([true]);
  expect(said()).toBe('\x03');
  dialogue.receive(command(WILL, 1) + command(WILL, 3));
  expect(said()).toBe(`${command(DO, 1)}${command(DO, 3)}half`);
});

test('how keys are sent can be chosen over what was agreed upon', () => {
  const dialogue = start({ keys: 'once' });
  dialogue.type('a');
  press(dialogue, ENTER, BACKSPACE);
  expect(said()).toBe('a\r\0\x7f');
  dialogue.setKeys('line');
  dialogue.receive(command(WILL, 1) + command(WILL, 3));
  said();
  dialogue.type('whole');
  expect(said()).toBe('');
  press(dialogue, ENTER);
  expect(said()).toBe('whole\r\n');
});

test('lines are corrected by character, thrown away, and called back', () => {
  const dialogue = start({});
  dialogue.type('a日😀');
  press(dialogue, BACKSPACE, BACKSPACE);
  expect(lines(dialogue)[0]).toBe('a');
  press(dialogue, { code: 85, ctrl: true });
  expect(lines(dialogue)[0]).toBe('');
  dialogue.type('one\r\ntwo\nthr\x1bee');
  expect(said()).toBe('one\r\ntwo\r\n');
  press(dialogue, UP, UP, UP, DOWN, ENTER);
  expect(said()).toBe('two\r\n');
  press(dialogue, UP, DOWN, ENTER);
  expect(said()).toBe('\r\n');
});

test('a paste is bracketed where that was asked for, and cannot end its own brackets', () => {
  const dialogue = start({ keys: 'once' });
  dialogue.paste('a\r\nb');
  expect(said()).toBe('a\r\0b');
  dialogue.receive('\x1b[?2004h');
  dialogue.paste('x\x1b[201~\ny\x1b[20\x1b[201~1~z');
  expect(said().split('\x1b[201~')).toHaveLength(2);
});

test('the charset can change in the middle, and an end in the middle of a character is shown', () => {
  const dialogue = start({});
  dialogue.receive('\xe2\x96');
  dialogue.setCharset('cp437');
  dialogue.receive('\xdb');
  dialogue.setCharset('utf8');
  dialogue.receive('\xe2\x96');
  dialogue.end();
  expect(lines(dialogue)[0]).toBe('█\ufffd');
});

test('cursor keys in application mode', () => {
  const dialogue = start({ keys: 'once' });
  dialogue.receive(`\x1b[?1h${latin1([])}`);
  press(dialogue, UP);
  expect(said()).toBe('\x1bOA');
});
