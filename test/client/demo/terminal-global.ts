/** The terminal demo's scripts in a bare global of an engine of 1999: everything newer is taken out of it first. */
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

export interface Key {
  code: number;
  ctrl?: boolean;
  alt?: boolean;
  shift?: boolean;
  meta?: boolean;
}

export interface Row {
  cells: ArrayLike<string>;
  styles: ArrayLike<number>;
  stamp: number;
}

export interface Screen {
  x: number;
  y: number;
  columns: number;
  height: number;
  style: number;
  visible: boolean;
  applicationKeys: boolean;
  /** Arrays of ES3, which have no `map`. */
  grid: { rows: ArrayLike<Row> };
  history: ArrayLike<Row>;
  pushed: number;
  write(text: string): void;
  echo(text: string): void;
  text(): ArrayLike<string>;
}

export interface Telnet {
  receive(bytes: string): void;
  write(bytes: string): void;
}

export interface Dialogue {
  screen: Screen;
  receive(bytes: string): void;
  end(): void;
  key(key: Key): boolean;
  type(text: string): void;
  paste(text: string): void;
  setCharset(charset: string): void;
  setKeys(keys: string): void;
  mode(): string;
}

export interface Decoder {
  decode(bytes: string): string;
  end(): string;
}

export interface Keyboard {
  key(key: Key): boolean;
  type(text: string): void;
  paste(text: string): void;
}

export interface Terminal {
  createTelnet(options: object): Telnet;
  createDecoder(charset: string): Decoder;
  encode(charset: string, text: string): string;
  widthOf(character: string): number;
  style: { plain: number; select(style: number, text: string): number; className(style: number): string };
  createScreen(options: object): Screen;
  createDialogue(options: object): Dialogue;
  createView(page: object, box: object, screen: Screen): { draw(toEnd: boolean): void };
  createKeyboard(field: object, on: Keyboard): void;
  keyBytes(key: Key, modes: object): string | null;
}

const demo = new URL('../../../client/demo/', import.meta.url);

/** The page says which scripts there are, and in which order. */
export const scripts = (): string[] =>
  [...readFileSync(new URL('terminal.html', demo), 'utf8').matchAll(/<script src="(terminal\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );

export const read = (path: string): string => readFileSync(new URL(path, demo), 'utf8');

/** What ES3 has; of all other globals and methods nothing is left. [ECMA-262, 3rd edition, 15] */
const es3 = `(function () {
  var keep = {
    Object: 'constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable',
    Function: 'constructor toString apply call',
    Array: 'constructor toString toLocaleString concat join pop push reverse shift slice sort splice unshift length',
    String: 'constructor toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare match replace ' +
      'search slice split substring toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase length',
    Boolean: 'constructor toString valueOf',
    Number: 'constructor toString toLocaleString valueOf toFixed toExponential toPrecision',
    RegExp: 'constructor exec test toString flags global ignoreCase multiline source',
    Error: 'constructor name message toString'
  };
  var statics = 'prototype length name fromCharCode MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY';
  var globals = 'NaN Infinity undefined parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI ' +
    'encodeURIComponent escape unescape Math Date globalThis Object Function Array String Boolean Number RegExp Error ' +
    'TypeError RangeError SyntaxError';
  var names = Object.getOwnPropertyNames;
  var prune = function (object, kept) {
    names(object).forEach(function (name) {
      if ((' ' + kept + ' ').indexOf(' ' + name + ' ') < 0) delete object[name];
    });
  };
  Object.keys(keep).reverse().forEach(function (name) {
    if (name !== 'Array' && name !== 'Object' && name !== 'Function') prune(globalThis[name].prototype, keep[name]);
  });
  var forEach = Array.prototype.forEach;
  prune(globalThis, globals);
  prune(String, statics);
  prune(Number, statics);
  prune(Function.prototype, keep.Function + ' bind length name');
  prune(Array, statics);
  delete Function.prototype.bind;
  var left = names(Array.prototype);
  prune(Object, statics);
  for (var i = 0; i < left.length; i++) {
    if ((' ' + keep.Array + ' ').indexOf(' ' + left[i] + ' ') < 0) delete Array.prototype[left[i]];
  }
})();`;

/** A global that has what ES3 has, and nothing else. */
export const bareGlobal = (): object => {
  const context = createContext({});
  runInContext(es3, context);
  return context;
};

const run = (paths: readonly string[], globals: object): Terminal => {
  const context = bareGlobal();
  Object.assign(context, globals);
  for (const path of paths) runInContext(read(path), context, { filename: path });
  return (context as unknown as { terminal: Terminal }).terminal;
};

/** All but the page's own script, in a new global, so that no test sees what another left. */
export const loadTerminal = (globals: object = {}): Terminal =>
  run(
    scripts().filter((path) => path !== 'terminal/page.js'),
    globals,
  );

/** The whole page. */
export const loadPage = (globals: object): Terminal => run(scripts(), globals);

/** A string of characters 0..255 for a text of these bytes. */
export const latin1 = (bytes: readonly number[]): string => String.fromCharCode(...bytes);

export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The same bytes whole, one by one, and cut at places that are random but the same in every run. */
export const cuts = (bytes: string): [name: string, pieces: string[]][] => {
  let seed = 20;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const randomly = (longest: number): string[] => {
    const pieces: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + random(longest);
      pieces.push(bytes.slice(at, at + size));
      at += size;
    }
    return pieces;
  };
  return [
    ['whole', [bytes]],
    ['byte by byte', [...bytes]],
    ...[2, 3, 5, 7, 16, 64].map((size): [string, string[]] => [`cut at random, up to ${size}`, randomly(size)]),
  ];
};

/** Cells as text and class names: `name:text` for each run, so that a test can say how a row looks. */
export const looks = (terminal: Terminal, row: Row | undefined): string[] => {
  const runs: { name: string; text: string }[] = [];
  Array.from(row?.cells ?? []).forEach((cell, x) => {
    const name = terminal.style.className(row?.styles[x] ?? 0);
    const last = runs.at(-1);
    if (last?.name === name) last.text += cell;
    else runs.push({ name, text: cell });
  });
  const named = runs.map(({ name, text }) => `${name}:${name === '' ? text.trimEnd() : text}`);
  return named.at(-1) === ':' ? named.slice(0, -1) : named;
};
