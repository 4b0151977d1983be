/** What README.md and its companions say of the project itself: scripts, packages, links, length. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../server/config/command.ts';
import { websocketOptions } from '../../server/index.ts';
import { projectRoot } from '../house/tree.ts';
import { readme } from './readme.ts';

const { parts } = (await import(new URL('../system/parts.mjs', import.meta.url).href)) as {
  parts: ReadonlyArray<{ package: string }>;
};

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

/** Those that stand in for others: nobody needs to be told of them. */
const unnamed = ['build', 'prepack', 'predemo', 'prebench', 'prefire', 'prefuzz', 'preprotocol', 'presoak'];

test('README.md names the scripts that there are, and no others', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts).filter((name) => !unnamed.includes(name));
  const named = [...readme.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
  const ofNpm = ['ci', 'pack', 'install', 'takes'];
  expect([...new Set(named)].filter((name) => !ofNpm.includes(name)).sort()).toEqual(scripts.sort());
});

test('README.md runs only commands that netwine has', () => {
  const run = [...readme.matchAll(/(?:^|`|\$ )netwine ([a-z][\w-]*)/gm)].map(([, name = '']) => name);
  expect(run).toEqual(expect.arrayContaining(['serve', 'check-hosts', 'help']));
  for (const name of run) expect(Object.keys(commands)).toContain(name);
});

test('README.md names every package that the tests install', () => {
  const list = /against real servers: (.*?),\s+whose size/s.exec(readme)?.[1] ?? '';
  expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(parts.map((part) => part.package));
});

test('README.md names the longest message that a WebSocket takes', () => {
  const [, mebibytes] = /messages \((\d+) MiB each at most\)/.exec(readme) ?? [];
  expect(Number(mebibytes) * 1024 * 1024).toBe(websocketOptions.maxPayload);
});

test('README.md has at most 300 lines beside the table of settings', () => {
  const text = readme.replace(/<!-- settings -->.*<!-- \/settings -->/s, '');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(300);
});

test.each(['README.md', 'server/README.md', 'client/README.md'])('%s links to what is there', (path) => {
  const links = [...read(path).matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links.filter((one) => !/^https?:/.test(one))) {
    expect([link, existsSync(join(projectRoot, dirname(path), link))]).toEqual([link, true]);
  }
});

test.each([
  ['server/README.md', 'server', /^[^.]+$|\.ts$/],
  ['client/README.md', 'client/demo', /\.js$/],
])('%s names all that stands in %s', (path, directory, kind) => {
  const entries = readdirSync(join(projectRoot, directory)).filter((name) => kind.test(name));
  expect(entries.length).toBeGreaterThan(5);
  expect(entries.filter((name) => !new RegExp(`[\`/]${name.replace('.', '\\.')}[\`/]`).test(read(path)))).toEqual([]);
});
