/** The scripts of the demo's pages: ES3 by their syntax and their names, and what they make of bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';

const demo = new URL('../../client/demo/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, demo), 'utf8');
const scripts = readdirSync(demo).filter((name) => name.endsWith('.js'));

const { syntaxFault, laterNames } = (await import(
  new URL('../../client/build/es3-check.mjs', import.meta.url).href
)) as {
  syntaxFault: (code: string) => string | null;
  laterNames: (code: string) => string[];
};

interface Bytes {
  decode(bytes: string): string;
  encode(text: string): string;
  fromHex(text: string): string | null;
  hexDump(bytes: string, offset: number): string;
  visibleText(bytes: string): string;
}

const load = <T>(name: string, globals: object = {}): T => {
  const context = createContext(globals);
  runInContext(read(name), context, { filename: name });
  return (context as { demo: T }).demo;
};

const bytes = load<Bytes>('bytes.js');
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value)).toString('latin1');

test.each(scripts)('%s runs in engines of ES3', (name) => {
  expect([syntaxFault(read(name)), laterNames(read(name))]).toEqual([null, []]);
});

test('every page loads what is there, and nothing that a policy would have to allow by name', () => {
  for (const name of readdirSync(demo).filter((file) => file.endsWith('.html'))) {
    const page = read(name);
    for (const [, path = ''] of page.matchAll(/(?:src|href)="([\w-]+\.(?:js|css|html|svg))/g)) {
      if (!/^netwine(-old)?\.js$/.test(path)) expect(read(path), `${name}: ${path}`).not.toBe('');
    }
    expect(page, name).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
  }
});

test('hex is read as people write it, and refused where it is not', () => {
  expect(bytes.fromHex('00 ff:0A,0x1b')).toBe('\u0000\u00ff\u000a\u001b');
  expect(bytes.fromHex('')).toBe('');
  expect(bytes.fromHex('f')).toBeNull();
  expect(bytes.fromHex('zz')).toBeNull();
});

test('rows of a dump begin at multiples of 16 wherever the bytes do', () => {
  const rows = bytes.hexDump(all.slice(0, 20), 14).split('\n');
  expect(rows.map((row) => row.slice(0, 8))).toEqual(['0000000e', '00000010', '00000020']);
  expect(rows[1]?.slice(10, 57)).toBe('02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11');
  expect(bytes.hexDump(all.slice(64, 80), 64)).toMatch(/^00000040 {2}40 41 .* 4f {2}@ABCDEFGHIJKLMNO$/);
});

test('text shows control characters, and never one that moves other text', () => {
  expect(bytes.visibleText(latin1('a\u0000\u001b\tb\r\n\u007f\u202e'))).toBe('a␀␛\tb\n␡\ufffd');
});

test.each(['Grüße ✓ <b>', '\u{1f377} \u07ff\u0800\uffff', '\u0000\n'])('%j there and back is the same', (text) => {
  expect(bytes.encode(text)).toBe(latin1(text));
  expect(bytes.decode(bytes.encode(text))).toBe(text);
});

test('what is no UTF-8 is shown as such, and the text around it stays', () => {
  expect(bytes.decode('a\u00e9b')).toBe('a\ufffdb');
  expect(bytes.decode('\u0082\u00acx\u00e2\u0082')).toBe('\ufffd\ufffdx\ufffd\ufffd');
  expect(bytes.encode('a\ud800b')).toBe(latin1('a\ufffdb'));
});

interface Keeping {
  keep(name: string, values: object | null): boolean;
  kept(name: string): Record<string, string> | null;
}

test('what a page keeps comes back as it was, whatever it says', () => {
  const items = new Map<string, string>();
  const sessionStorage = {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  };
  const { keep, kept } = load<Keeping>('keep.js', { window: { sessionStorage } });
  const values = { bytes: all, lines: 'ü✓&=%41\n\n', none: '', count: 7 };
  expect(keep('page', values)).toBe(true);
  expect({ ...kept('page') }).toEqual({ ...values, count: '7' });
  keep('page', null);
  expect([kept('page'), items.size]).toEqual([null, 0]);
});

test('where nothing can be kept a page is told so', () => {
  const window = {
    get sessionStorage(): never {
      throw new Error('switched off');
    },
  };
  const { keep, kept } = load<Keeping>('keep.js', { window });
  expect([keep('page', { a: 1 }), kept('page')]).toEqual([false, null]);
});
