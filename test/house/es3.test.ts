/** Planted syntax of later editions is found in the rooms for old engines, and only there. */
import { expect, test } from 'vitest';
import { tooNew } from './es3.ts';
import { sourceFile } from './tree.ts';

const found = (text: string, path = 'client/core/a.ts'): string[] =>
  tooNew([sourceFile(path, text)]).map((fault) => fault.replace(/^.*?:\d+: (.*) is nothing for ES3$/, '$1'));

test.each([
  ['class A {}', 'a class'],
  ['const a = class {};', 'a class'],
  ['for (const a of b) a();', 'for-of'],
  ['f(...a);', 'spread'],
  ['const a = [...b];', 'spread'],
  ['const a = { ...b };', 'object spread'],
  ['const f = (...a) => a;', 'rest'],
  ['const { a, ...b } = c;', 'rest'],
  ['const a = [1, , 2];', 'a hole in an array'],
  ['const f = async () => {};', 'async'],
  ['function* f() {}', 'a generator'],
  ['const a = { *b() {} };', 'a generator'],
  ['a?.b;', '?.'],
  ['a?.();', '?.'],
  ['a ?? b;', '??'],
  ['a ??= b;', '??='],
  ['const a = { get b() { return 1; } };', 'a getter'],
  ['const a = { set b(c) {} };', 'a setter'],
  ['f`a`;', 'a tagged template'],
  ['const a = 1n;', 'a bigint'],
  ["const a = import('./b.ts');", 'import()'],
  ['const a = import.meta;', 'a meta property'],
  ['enum A { B }', 'an enum'],
  ['const a = /b/u;', 'a new kind of regular expression'],
  ['const a = /(?<=b)c/;', 'a new kind of regular expression'],
])('%s', (text, name) => {
  expect(found(text)).toContain(name);
});

test('what TypeScript lowers by itself is let be, and so are types, comments and strings', () => {
  const text = `
    import { a, type B } from './b.ts';
    export const c = ({ d, e = 1 }: B, f = \`x\${a}\`): string => \`\${d}\${e}\${f}\`;
    type G = [first: string, ...rest: string[]];
    interface H { readonly i?: () => void; j(...k: string[]): void }
    declare class L { get m(): number }
    // class N {} for (const o of p) q?.r;
    const s = 'class T {} ?? async';
    const { u, v } = a, [w] = [u];
    try { a(); } catch { u(/^[a-z]+(?=v)/gi, v); }
    export type { W } from './w.ts';`;
  expect(found(text)).toEqual([]);
});

test.each([
  'client/modern.ts',
  'client/adapter/streams.ts',
  'client/adapter/net.ts',
  'client/demo/a.js',
  'server/a.ts',
])('%s may be as new as it likes', (path) => expect(found('class A {}', path)).toEqual([]));

test.each(['client/core/deep/a.ts', 'client/transport/a.ts', 'client/adapter/socket.ts', 'client/main.ts'])(
  '%s may not',
  (path) => expect(tooNew([sourceFile(path, '\nclass A {}')])).toEqual([`${path}:2: a class is nothing for ES3`]),
);
