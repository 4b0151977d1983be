/** The table of client/README.md has a row for each engine that runs, and says of none what does not run. */
import { expect, test } from 'vitest';
import { nameOf, standing, standingTable, tableOf } from './readme-table.ts';

test('the table has the engines, the ways by name and the gaps of the runs, and nothing else', () => {
  const found = standing();
  expect(standingTable()).toBe(tableOf(found));
  for (const { name, ways } of found.values())
    expect([name, ways.length > 0]).toEqual([expect.stringMatching(/\d/), true]);
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox 153'],
  [
    'Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'HeadlessChrome 156',
  ],
  ['Mozilla/5.0 (X11; Linux) AppleWebKit/602.1 (KHTML, like Gecko) Version/10.0 Safari/602.1', 'AppleWebKit 602'],
  ['Mozilla/4.0 (compatible; MSIE 7.0; JScript 5.8 of Wine)', 'JScript 5'],
  ['Links (2.28; Linux 6.1 x86_64; GNU C 12.2; text)', 'Links 2'],
])('%s is called %s', (agent, name) => {
  expect(nameOf(agent)).toBe(name);
});
