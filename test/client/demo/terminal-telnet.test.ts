/** Telnet as the terminal speaks it: what it agrees to, what it refuses, what it keeps from the screen, in any cut. */
import { beforeEach, expect, test } from 'vitest';
import { cuts, latin1, loadTerminal, type Telnet } from './terminal-global.ts';

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240];
const [BINARY, ECHO, SGA, TTYPE, NAWS, LINEMODE, CHARSET, MCCP2, GMCP] = [0, 1, 3, 24, 31, 34, 42, 86, 201];

let sent: string;
let data: string;
let modes: unknown[];
let telnet: Telnet;
const terminal = loadTerminal();

const start = (options: object = {}): Telnet => {
  sent = '';
  data = '';
  modes = [];
  return terminal.createTelnet({
    columns: 80,
    rows: 25,
    types: ['ANSI', 'VT100'],
    send: (bytes: string) => {
      sent += bytes;
    },
    data: (bytes: string) => {
      data += bytes;
    },
    mode: (mode: object) => modes.push({ ...mode }),
    ...options,
  });
};

beforeEach(() => {
  telnet = start();
});

/** What a message is answered with, in every cut of it. */
const answered = (message: readonly number[], data_ = ''): number[] => {
  const answers = cuts(latin1(message)).map(([name, pieces]) => {
    const one = start();
    for (const piece of pieces) one.receive(piece);
    expect([name, data]).toEqual([name, data_]);
    return sent;
  });
  expect(new Set(answers).size).toBe(1);
  return Array.from(answers[0] ?? '', (character) => character.charCodeAt(0));
};

test('what a server may do is agreed to, and everything else refused', () => {
  for (const option of [BINARY, ECHO, SGA]) {
    expect(answered([IAC, WILL, option])).toEqual([IAC, DO, option]);
  }
  for (const option of [CHARSET, MCCP2, 85, GMCP, TTYPE, 70, 255]) {
    expect(answered([IAC, WILL, option])).toEqual([IAC, DONT, option]);
  }
});

test('what is asked of us is done where it can be, and refused where not', () => {
  for (const option of [BINARY, SGA, TTYPE]) expect(answered([IAC, DO, option])).toEqual([IAC, WILL, option]);
  for (const option of [ECHO, LINEMODE, CHARSET, GMCP, 39]) {
    expect(answered([IAC, DO, option])).toEqual([IAC, WONT, option]);
  }
});

test('an option that is agreed upon already is not answered again', () => {
  const twice = (verb: number, option: number): number[] => answered([IAC, verb, option, IAC, verb, option]);
  expect(twice(WILL, ECHO)).toEqual([IAC, DO, ECHO]);
  expect(twice(DO, SGA)).toEqual([IAC, WILL, SGA]);
  expect(answered([IAC, WONT, ECHO, IAC, DONT, SGA, IAC, WONT, 200, IAC, DONT, 200])).toEqual([]);
  expect(answered([IAC, WILL, ECHO, IAC, WONT, ECHO, IAC, WONT, ECHO])).toEqual([IAC, DO, ECHO, IAC, DONT, ECHO]);
});

test('two of ours that talk to each other fall silent at once', () => {
  const left = { queue: '' };
  const a = start({ send: (bytes: string) => (left.queue += bytes) });
  const right = { queue: latin1([IAC, WILL, ECHO, IAC, DO, NAWS, IAC, WILL, GMCP, IAC, DO, CHARSET]) };
  const b = start({ send: (bytes: string) => (right.queue += bytes) });
  let turns = 0;
  for (; left.queue + right.queue !== '' && turns < 20; turns++) {
    const [toB, toA] = [left.queue, right.queue];
    left.queue = '';
    right.queue = '';
    a.receive(toA);
    b.receive(toB);
  }
  expect(turns).toBeLessThan(6);
});

test('the size of the screen is told once it may be, with 255 doubled', () => {
  expect(answered([IAC, DO, NAWS])).toEqual([IAC, WILL, NAWS, IAC, SB, NAWS, 0, 80, 0, 25, IAC, SE]);
  telnet = start({ columns: 255, rows: 511 });
  telnet.receive(latin1([IAC, DO, NAWS]));
  expect(sent).toBe(latin1([IAC, WILL, NAWS, IAC, SB, NAWS, 0, IAC, IAC, 1, IAC, IAC, IAC, SE]));
});

test('the types of the terminal come in turn, the last twice, and then from the start', () => {
  const ask = latin1([IAC, SB, TTYPE, 1, IAC, SE]);
  telnet.receive(ask);
  expect(sent).toBe('');
  telnet.receive(latin1([IAC, DO, TTYPE]) + ask.repeat(4));
  const is = (name: string): string => `${latin1([IAC, SB, TTYPE, 0])}${name}${latin1([IAC, SE])}`;
  expect(sent).toBe(latin1([IAC, WILL, TTYPE]) + is('ANSI') + is('VT100') + is('VT100') + is('ANSI'));
});

test('who asks for a charset all the same is told that it is rejected', () => {
  const request = [...Buffer.from(';UTF-8;US-ASCII')];
  expect(answered([IAC, SB, CHARSET, 1, ...request, IAC, SE])).toEqual([IAC, SB, CHARSET, 3, IAC, SE]);
});

test('data comes through around commands, and a doubled 255 is one', () => {
  const stream = [
    65,
    IAC,
    241,
    66,
    IAC,
    IAC,
    67,
    IAC,
    249,
    IAC,
    WILL,
    GMCP,
    68,
    IAC,
    SB,
    GMCP,
    1,
    IAC,
    IAC,
    2,
    IAC,
    SE,
  ];
  expect(answered([...stream, 69], 'AB\xffCDE')).toEqual([IAC, DONT, GMCP]);
});

test('a padded return is one return, and a NUL elsewhere stays', () => {
  answered([65, 13, 0, 66, 13, 10, 0, 13, 13, 0], 'A\rB\r\n\0\r\r');
  answered([IAC, WILL, BINARY, 13, 0], '\r\0');
});

test('a sub-negotiation that is broken off or without end does no harm', () => {
  expect(answered([IAC, SB, TTYPE, 1, IAC, DO, SGA, 88], 'X')).toEqual([IAC, WILL, SGA]);
  telnet = start();
  telnet.receive(latin1([IAC, DO, TTYPE, IAC, SB, TTYPE, 1]) + 'x'.repeat(100_000) + latin1([IAC, SE, 89]));
  expect([data, sent]).toEqual(['Y', latin1([IAC, WILL, TTYPE])]);
});

test('typed bytes are escaped, and a return is padded unless it was agreed that nothing is', () => {
  telnet.write('a\xffb\rc\r\n\r');
  expect(sent).toBe('a\xff\xffb\r\0c\r\n\r\0');
  telnet.receive(latin1([IAC, DO, BINARY]));
  sent = '';
  telnet.write('\xff\r');
  expect(sent).toBe('\xff\xff\r');
});

test('it is told who echoes, and whether each key is wanted', () => {
  telnet.receive(latin1([IAC, WILL, ECHO, IAC, WILL, SGA, IAC, WILL, GMCP, IAC, WONT, ECHO]));
  expect(modes).toEqual([
    { echo: true, atOnce: false },
    { echo: true, atOnce: true },
    { echo: false, atOnce: true },
  ]);
});

test('of all bytes escaped and sent back, all come through', () => {
  const all = latin1(Array.from({ length: 256 }, (_, value) => value));
  telnet.receive(latin1([IAC, DO, BINARY, IAC, WILL, BINARY]));
  sent = '';
  telnet.write(all + all);
  for (const [name, pieces] of cuts(sent)) {
    data = '';
    for (const piece of pieces) telnet.receive(piece);
    expect([name, data]).toEqual([name, all + all]);
  }
});
