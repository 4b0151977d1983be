/** Every duty of the bridge that says MUST is named by a test, and no test names a duty that is not there. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const here = new URL('./', import.meta.url);

/** The numbers of PROTOCOL.md, and whether each says MUST. */
const duties = async (): Promise<Map<string, boolean>> => {
  const text = await readFile(new URL('../../server/PROTOCOL.md', here), 'utf8');
  const items = text.matchAll(/^- \*\*(R-\d+)\*\*((?:(?!\n- |\n\n)[\s\S])*)/gm);
  return new Map(Array.from(items, ([, number = '', body = '']) => [number, body.includes('MUST')]));
};

const named = async (): Promise<Set<string>> => {
  const files = (await readdir(here)).filter((name) => name.endsWith('.test.ts'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, here), 'utf8')));
  const titles = texts.flatMap((text) =>
    Array.from(text.matchAll(/needs\(\s*\[[^\]]*\],\s*'([^']*)/g), ([, title = '']) => title),
  );
  return new Set(titles.flatMap((title) => title.match(/R-\d+/g) ?? []));
};

test('every MUST of PROTOCOL.md has a test', async () => {
  const [all, tested] = await Promise.all([duties(), named()]);
  expect(all.size).toBeGreaterThan(100);
  expect([...all].filter(([number, must]) => must && !tested.has(number)).map(([number]) => number)).toEqual([]);
});

test('every number that a test names is in PROTOCOL.md', async () => {
  const [all, tested] = await Promise.all([duties(), named()]);
  expect([...tested].filter((number) => !all.has(number))).toEqual([]);
});
