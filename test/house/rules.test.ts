/** Planted violations of each rule are caught, and what only looks like one is not. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as rules from './rules.ts';
import { readTree, sourceFile } from './tree.ts';

const one = (path: string, text: string) => [sourceFile(path, text)];
const caught = (rule: (files: ReturnType<typeof one>) => string[], path: string, text: string): boolean =>
  rule(one(path, text)).length > 0;

test('a file of 251 lines is too long, one of 250 is not', () => {
  expect(caught(rules.tooLong, 'server/core/a.ts', 'x\n'.repeat(251))).toBe(true);
  expect(caught(rules.tooLong, 'client/demo/a.js', 'x\n'.repeat(251))).toBe(true);
  expect(caught(rules.tooLong, 'server/core/a.ts', 'x\n'.repeat(250))).toBe(false);
});

test('an opening is a doc comment with a sentence, before all else', () => {
  const opens = (text: string): boolean => !caught(rules.noOpening, 'server/a.ts', text);
  expect(opens('/** What this file is. */\nimport x;')).toBe(true);
  expect(opens('#!/usr/bin/env node\n/** What this file is. [RFC 1] */')).toBe(true);
  expect(opens('/**\n * What this file is.\n */')).toBe(true);
  expect(opens('// What this file is.')).toBe(false);
  expect(opens('import x;\n/** What this file is. */')).toBe(false);
  expect(opens('/** Keys. */')).toBe(false);
  expect(opens('/** A sentence without its end */')).toBe(false);
});

test('process is touched by its name only, and by main alone', () => {
  const touches = (text: string, path = 'server/core/a.ts'): boolean => caught(rules.processTouched, path, text);
  expect(touches('exit(process.pid)')).toBe(true);
  expect(touches('const { env } = process\n  .env')).toBe(true);
  expect(touches("process['exit'](1)")).toBe(true);
  expect(touches("import { env } from 'node:process';")).toBe(true);
  expect(touches('exit(process.pid)', 'server/main.ts')).toBe(false);
  expect(touches('/** Ends the process. */ const text = "process.env";')).toBe(false);
  expect(touches('child.process.kill()')).toBe(false);
});

test('announcements are found in any file, comments included', () => {
  for (const word of ['TO', 'FIX', 'X'].map((half, i) => half + ['DO', 'ME', 'XX'][i])) {
    expect(caught(rules.unfinishedWork, 'README.md', `more ${word}: later`)).toBe(true);
  }
  expect(caught(rules.unfinishedWork, 'README.md', 'METHODOLOGY')).toBe(false);
});

test('tests that are left out or run alone are found', () => {
  const name = 'test/a.test.ts';
  for (const call of [
    'test.skip(',
    'describe.only(',
    'it.concurrent.only(',
    'test.todo(',
    'test.skipIf(x)(',
    'ctx.skip(',
  ]) {
    expect(caught(rules.testsLeftOut, name, `${call}'x', () => {})`)).toBe(true);
  }
  expect(caught(rules.testsLeftOut, name, 'test("it.only runs", () => reader.skip(3))')).toBe(false);
});

test('default exports are found, and tool configuration is let be', () => {
  expect(caught(rules.defaultExports, 'server/a.ts', 'export default 1')).toBe(true);
  expect(caught(rules.defaultExports, 'server/a.ts', 'export { a as default }')).toBe(true);
  expect(caught(rules.defaultExports, 'vitest.config.ts', 'export default 1')).toBe(false);
});

test('folders of a machine and hosts of registries are found in any file', () => {
  const traces = (text: string): number =>
    rules.machineTraces(one('a.md', text), 'https://npm.mirror.example/x/').length;
  for (const folder of ['work', 'root', 'home']) expect(traces(`see /${folder}/me/x`)).toBe(1);
  expect(traces(`https://registry.${'npmjs'}.org/x`)).toBe(1);
  expect(traces('https://npm.mirror.example/y')).toBe(1);
  expect(traces('src/work/x, ./root/y, https://example.org/z')).toBe(0);
  expect(rules.machineTraces(one('a.md', 'http://127.0.0.1:80/'), 'http://127.0.0.1:4873/')).toEqual([]);
});

test('strangers at the top of the tree are found', () => {
  expect(caught(rules.strangersAtTop, 'docs/a.md', '')).toBe(true);
  expect(caught(rules.strangersAtTop, 'notes.txt', '')).toBe(true);
  expect(caught(rules.strangersAtTop, 'server/a.ts', '')).toBe(false);
});

test('a tree is read as git would commit it, or whole where there is no repository', () => {
  const root = mkdtempSync(join(tmpdir(), 'netwine-tree-'));
  try {
    for (const folder of ['server', 'dist', 'node_modules/x']) mkdirSync(join(root, folder), { recursive: true });
    for (const path of ['server/a.ts', 'dist/a.js', 'node_modules/x/b.js', 'c.log'])
      writeFileSync(join(root, path), '1');
    const paths = (): string[] => readTree(root).map((file) => file.path);
    expect(paths()).toEqual(['c.log', 'server/a.ts']);
    writeFileSync(join(root, '.gitignore'), '*.log\ndist/\nnode_modules/\n');
    execFileSync('git', ['init', '-q'], { cwd: root });
    expect(paths()).toEqual(['.gitignore', 'server/a.ts']);
  } finally {
    rmSync(root, { recursive: true });
  }
});
