/** The table of engines in client/README.md: what stands there, what a run has found, and how the one becomes the other. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { byWay, ownChoice } from './runs.ts';
import { engines } from './table.ts';
import { textBrowsers } from './text.ts';

/** What only a run can tell of an engine. */
export interface Found {
  /** Its name and the first number of its version that says something, as it calls itself. */
  name: string;
  ways: readonly string[];
}

const path = fileURLToPath(new URL('../../../client/README.md', import.meta.url));
const BLOCK = /^<!-- engines -->\n([\s\S]*?)\n<!-- \/engines -->$/m;
/** Those who run this renew the table; no two of them at a time. */
const isUpdate = process.env.UPDATE_TABLE === '1';

/** Those of a page before those that stand in for them, and the engine that is in all of them last. */
const products = /\b(HeadlessChrome|Firefox|PhantomJS|NetSurf|edbrowse|JScript|Lynx|w3m|Links|khtml)[/ (]+(0\.\d+|\d+)/;
const family = /\b(AppleWebKit)\/(\d+)/;

/** @param agent the User-Agent of its requests, or what its page sees of it */
export const nameOf = (agent: string): string => {
  const [, name, version] = products.exec(agent) ?? family.exec(agent) ?? [];
  return name === undefined ? agent : `${name} ${version}`;
};

/** The best first, as the script has them. */
const order = [
  'websocket',
  'fetch-stream',
  'xhr-stream',
  'events',
  'html-frame',
  'xhr-poll',
  'exchange',
  'script-poll',
];

export const sortWays = (ways: readonly string[]): readonly string[] =>
  [...ways].sort((one, other) => order.indexOf(one) - order.indexOf(other));

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');
const row = (...cells: readonly string[]): string => `| ${cells.map((cell) => cell || '-').join(' | ')} |`;

/** All engines in the order of the table: their key, and the cells that no run has to tell. */
const engineRows = [
  ...ownChoice.map(({ id, lacks = '' }) => ({
    id,
    about: engines[id].about,
    also: byWay.filter((run) => run.id === id).flatMap(({ way = '' }) => way),
    lacks,
  })),
  ...Object.entries(textBrowsers).map(([id, { about }]) => ({
    id,
    about,
    also: [],
    lacks: 'run scripts; a dialogue, its end and a refusal were read off its screen',
  })),
];

/** What the script has and no engine here. */
const unrun = [
  row('`XDomainRequest` of Internet Explorer 8 and 9', '-', '**not run on a real engine**: `xdr`, on a fake', '-', '-'),
  row('`htmlfile` of Internet Explorer', '-', '**not run on a real engine**: `html-frame`, on a fake', '-', '-'),
];

/** The table with what was found of each engine, by its id. */
export const tableOf = (found: ReadonlyMap<string, Found>): string =>
  [
    row('engine', 'calls itself', 'ways by its own choice', 'passed by each alone', 'cannot'),
    '|---|---|---|---|---|',
    ...engineRows.map(({ id, about, also, lacks }) => {
      const { name, ways } = found.get(id) ?? { name: '', ways: [] };
      return row(about, name, code(ways), code(also), lacks);
    }),
    ...unrun,
  ].join('\n');

/** The table as it stands in client/README.md. @throws where there is none */
export const standingTable = (): string => {
  const [, text] = BLOCK.exec(readFileSync(path, 'utf8')) ?? [];
  if (text === undefined) throw new Error('client/README.md has no table of engines between its markers');
  return text.trim();
};

/** What it says of each engine. */
export const standing = (): Map<string, Found> => {
  const rows = standingTable().split('\n');
  const found = new Map<string, Found>();
  for (const { id, about } of engineRows) {
    const [, name = '', ways = ''] = (rows.find((text) => text.startsWith(`| ${about} |`)) ?? '').slice(2).split(' | ');
    found.set(id, { name, ways: Array.from(ways.matchAll(/`([^`]+)`/g), ([, way = '']) => way) });
  }
  return found;
};

/**
 * Takes what was found of an engine into the table, where that is to be renewed.
 * @param isRow it is the run whose ways the table shows, not one by a single way
 * @returns what the table says of the engine
 */
export const renewed = (id: string, found: Found, { isRow }: { isRow: boolean }): Found => {
  const all = standing();
  if (!isUpdate) return all.get(id) ?? { name: '', ways: [] };
  if (isRow) {
    const table = tableOf(all.set(id, found));
    const readme = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      readme.replace(BLOCK, () => `<!-- engines -->\n\n${table}\n\n<!-- /engines -->`),
    );
  }
  return found;
};
