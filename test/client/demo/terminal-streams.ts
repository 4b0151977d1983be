/** What servers send, written after recordings of their kind: a drawing, a MUD's login, a BBS's menu. */
import { latin1 } from './terminal-global.ts';

const CSI = '\x1b[';
const IAC = 255;
export const [DONT, DO, WONT, WILL, SB, SE] = [254, 253, 252, 251, 250, 240];

export const command = (...codes: number[]): string => latin1([IAC, ...codes]);

/** A drawing in code page 437 as the scene of 1994 drew: colours kept over lines, moves instead of blanks, no line ends. */
export const drawing = [
  `${CSI}0m${CSI}2J${CSI}1;36m`,
  `${CSI}3;5H\xdc\xdc\xdc${CSI}0;36;46m\xb0\xb1\xb2${CSI}0;36m\xdf\xdf`,
  `${CSI}s\r\n${CSI}u\xfe`,
  `${CSI}4;5H${CSI}1;37;44m\xc9${'\xcd'.repeat(20)}\xbb${CSI}0m`,
  `${CSI}5;5H${CSI}1;37;44m\xba${CSI}33m THE \x03 OF GOLD ${CSI}37m${CSI}5C\xba${CSI}0m`,
  `${CSI}6;5H${CSI}1;37;44m\xc8${'\xcd'.repeat(20)}\xbc${CSI}0m`,
  // A full row, and what comes after stands on the next.
  `${CSI}8;1H${CSI}35m${'\xc4'.repeat(80)}${CSI}1;30m[drawn by nobody]${CSI}0;5;31m\x04${CSI}25m`,
  `${CSI}25;80H${CSI}32m\xdb${CSI}10;1H${CSI}0m`,
].join('');

/** The options that a MUD offers first, its welcome in bare lines, and a password that it does not want seen. */
export const mudWelcome = [
  command(DO, 24),
  command(DO, 31),
  command(WILL, 86),
  command(WILL, 201),
  command(DO, 42),
  command(WILL, 70),
  command(WILL, 25),
  '\r\n',
  `${CSI}1;32m  W e l c o m e   t o   t h e   ${CSI}33mM\xc3\xbchle${CSI}0m\r\n`,
  '\r\n',
  'By what name do you wish to be known? ',
  command(249),
].join('');

export const mudAsksType = `${command(SB, 24, 1)}${command(SE)}`;

export const mudPassword = `Password: ${command(WILL, 1)}`;

export const mudInside = [
  command(WONT, 1),
  '\r\n',
  `${CSI}36mThe Square${CSI}0m\r\n`,
  `A fountain \xe2\x80\x93 dry \xe2\x80\x93 stands here.\r\n`,
  `${CSI}31;1m<20hp 5m>${CSI}0m `,
].join('');

/** A BBS: looks for ANSI, then draws its menu by place, with a bar to choose by and a clock in the corner. */
export const bbsHello = `${command(WILL, 1)}${command(WILL, 3)}${command(DO, 0)}${command(WILL, 0)}${CSI}6n`;

export const bbsMenu = [
  '\x0c',
  `${CSI}0;1;37;44m${CSI}K ELDERGATE ${CSI}1;70H12:34${CSI}0m`,
  `${CSI}4;10H\xda${'\xc4'.repeat(24)}\xbf`,
  ...['[M]essages', '[F]iles', '[D]oors', '[G]oodbye'].map(
    (entry, at) => `${CSI}${5 + at};10H\xb3 ${at === 1 ? `${CSI}0;30;47m` : ''}${entry.padEnd(22)}${CSI}0m \xb3`,
  ),
  `${CSI}9;10H\xc0${'\xc4'.repeat(24)}\xd9`,
  `${CSI}12;10H${CSI}1;33mYour choice: ${CSI}0m`,
].join('');

/** The bar moves by one: two rows are written anew, and the cursor returns to the question. */
export const bbsMoves = [
  `${CSI}s`,
  `${CSI}6;12H${CSI}0m[F]iles${' '.repeat(15)}`,
  `${CSI}7;12H${CSI}0;30;47m[D]oors${' '.repeat(15)}${CSI}0m`,
  `${CSI}u`,
].join('');
