/** Test that the README's section on settings is the table itself. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readmeTable } from '../../../server/config/help.ts';

test('README.md has the settings table word for word between its markers', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const sections = [...readme.matchAll(/^<!-- settings -->\n(.*?)\n<!-- \/settings -->$/gms)].map(([, text]) => text);
  expect(sections.map((text) => text?.trim())).toEqual([readmeTable()]);
});
