/** Planted imports are found in every form, judged by the matrix, and followed around in circles. */
import { expect, test } from 'vitest';
import { fileCycles, folderCycles, importsOf, matrixFaults } from './imports.ts';
import { sourceFile } from './tree.ts';

/** A tree in which each named file imports the given specifiers. */
const tree = (imports: Record<string, readonly string[]>) =>
  Object.entries(imports).map(([path, to]) =>
    sourceFile(path, to.map((specifier) => `import { a } from '${specifier}';\n`).join('')),
  );

test('imports are found in every form, and not in comments or strings', () => {
  const text = `
    /** See import('./comment.ts') and import x from './comment.ts'. */
    import { a } from './value.ts';
    import type { B } from "./type.ts";
    import d, {
      e, // from './comment.ts'
    } from './lines.ts';
    import './effect.ts';
    export * from './star.ts';
    export { f } from './named.ts';
    export const from = 'x'; const quoted = / ['"] /; const text = "//";
    const late = await import('./late.ts');
    type G = import('./typeof.ts').G;
    const old = require('./old.cjs'); // import './comment.ts'
  `;
  const found = importsOf([sourceFile('server/core/x.ts', text)]).map((entry) => entry.to.split('/').at(-1));
  const names = ['value', 'type', 'lines', 'star', 'named', 'effect', 'late', 'typeof'];
  expect(found).toEqual([...names.map((name) => `${name}.ts`), 'old.cjs']);
});

test.each([
  ['server/core/a.ts', '../config/b.ts'],
  ['server/core/a.ts', '../app.ts'],
  ['server/config/a.ts', '../core/b.ts'],
  ['server/policy/a.ts', '../target/b.ts'],
  ['server/target/a.ts', '../transport/b.ts'],
  ['server/transport/a.ts', '../policy/b.ts'],
  ['server/transport/encoding/a.ts', '../../policy/b.ts'],
  ['server/cli/a.ts', '../transport/b.ts'],
  ['server/cli/a.ts', '../../client/core/b.ts'],
  ['server/main.ts', './transport/b.ts'],
  ['server/app.ts', './main.ts'],
  ['server/app.ts', './demo/b.ts'],
  ['server/core/a.ts', '../../client/core/b.ts'],
  ['server/core/a.ts', '../../test/support/b.ts'],
  ['server/unheard-of/a.ts', '../core/b.ts'],
  ['client/core/a.ts', '../../server/core/b.ts'],
  ['client/demo/a.js', '../../server/core/b.ts'],
  ['client/core/a.ts', '../transport/b.ts'],
  ['client/core/a.ts', 'node:net'],
  ['client/transport/a.ts', '../adapter/b.ts'],
  ['client/transport/a.ts', 'nanoid'],
  ['client/adapter/a.ts', '../main.ts'],
  ['client/main.ts', './modern.ts'],
  ['client/main.ts', './build/b.mjs'],
  ['client/modern.ts', './main.ts'],
  ['client/unheard-of/a.ts', '../core/b.ts'],
  ['client/build/a.mjs', '../../test/support/b.ts'],
  ['server/core/a.ts', 'fastify'],
  ['server/target/a.ts', '@fastify/websocket'],
  ['server/policy/a.ts', 'fastify-plugin'],
])('%s may not import %s', (from, to) => {
  expect(matrixFaults(tree({ [from]: [to] }))).toHaveLength(1);
});

test.each([
  ['server/core/a.ts', './b.ts'],
  ['server/core/a.ts', 'node:net'],
  ['server/policy/a.ts', '../core/b.ts'],
  ['server/transport/encoding/a.ts', '../../core/b.ts'],
  ['server/transport/a.ts', 'fastify'],
  ['server/cli/a.ts', '../policy/b.ts'],
  ['server/cli/a.ts', '../../client/node/b.ts'],
  ['server/app.ts', './policy/b.ts'],
  ['server/main.ts', './demo/b.ts'],
  ['client/core/a.ts', './b.ts'],
  ['client/transport/a.ts', '../core/b.ts'],
  ['client/adapter/a.ts', '../core/b.ts'],
  ['client/adapter/a.ts', '../transport/b.ts'],
  ['client/adapter/net.ts', 'node:stream'],
  ['client/main.ts', './adapter/b.ts'],
  ['client/modern.ts', './adapter/b.ts'],
  ['client/node/a.ts', '../core/b.ts'],
  ['client/build/a.mjs', 'rollup'],
  ['test/server/core/a.test.ts', '../../../server/core/a.ts'],
])('%s may import %s', (from, to) => {
  expect(matrixFaults(tree({ [from]: [to] }))).toEqual([]);
});

test('a circle of files is found and spelled out', () => {
  const files = tree({
    'server/core/a.ts': ['./b.ts', './d.ts'],
    'server/core/b.ts': ['./c.ts'],
    'server/core/c.ts': ['./a.ts'],
    'server/core/d.ts': ['./c.ts'],
  });
  expect(fileCycles(files)[0]).toBe('server/core/a.ts -> server/core/b.ts -> server/core/c.ts -> server/core/a.ts');
  expect(fileCycles(tree({ 'server/core/a.ts': ['./b.ts'], 'server/core/c.ts': ['./b.ts'] }))).toEqual([]);
});

test('a circle of folders is found where no file stands in one', () => {
  const files = tree({ 'server/policy/a.ts': ['../core/b.ts'], 'server/core/c.ts': ['../policy/d.ts'] });
  expect(fileCycles(files)).toEqual([]);
  expect(folderCycles(files)).toEqual(['server/policy -> server/core -> server/policy']);
});
