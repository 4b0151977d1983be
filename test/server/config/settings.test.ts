/** Tests that flags, environment, config file, help and README table come from one table, row for row. */
import { expect, test } from 'vitest';
import { helpText, readmeTable } from '../../../server/config/help.ts';
import { defaultSettings, loadSettings } from '../../../server/config/load.ts';
import { environmentName, rows, type Settings, settings } from '../../../server/config/settings.ts';

const names = rows.map(({ name }) => name);

/** A value other than the default for every row, as it is written and as it is kept. */
const other: { readonly [P in keyof Settings]: readonly [text: string, value: Settings[P]] } = {
  configFile: ['other.conf', 'other.conf'],
  listen: ['[::1]:0', { host: '::1', port: 0 }],
  hostsDir: ['/etc/netwine', '/etc/netwine'],
  staticDir: ['pages', 'pages'],
  prefix: ['/bridge', '/bridge'],
  requireToken: ['true', true],
  script: ['true', true],
  pingMs: ['0.05', 50],
  holdMs: ['0', 0],
  keepMs: ['0.5', 500],
  ticketMs: ['1.5', 1500],
  nonceMs: ['2', 2000],
  connectTimeoutMs: ['3', 3000],
  udpIdleMs: ['4', 4000],
  drainMs: ['0', 0],
  windowBytes: ['4k', 4096],
  upWindowBytes: ['64m', 67_108_864],
  maxBodyBytes: ['1g', 1_073_741_824],
  log: ['debug', 'debug'],
  chat: ['7', { host: '127.0.0.1', port: 7 }],
};

const each = Object.entries(settings).map(([property, row]) => {
  const [text, value] = other[property as keyof Settings];
  return { property: property as keyof Settings, row, text, value };
});

const read = (args: string[], env: Record<string, string>, file: string): Settings =>
  loadSettings({ args, env, readFile: () => file, command: 'demo' });

test('the defaults are those that the protocol names', () => {
  expect(defaultSettings).toEqual({
    configFile: null,
    listen: { host: '127.0.0.1', port: 8080 },
    hostsDir: null,
    staticDir: null,
    prefix: '/',
    requireToken: false,
    script: false,
    pingMs: 20_000,
    holdMs: 25_000,
    keepMs: 120_000,
    ticketMs: 30_000,
    nonceMs: 60_000,
    connectTimeoutMs: 10_000,
    udpIdleMs: 60_000,
    drainMs: 10_000,
    windowBytes: 262_144,
    upWindowBytes: 65_536,
    maxBodyBytes: 8_388_608,
    log: 'info',
    chat: { host: '127.0.0.1', port: 7777 },
  });
  expect(Object.isFrozen(defaultSettings)).toBe(true);
});

test.each(each)('--$row.name sets $property and nothing else', ({ property, row, text, value }) => {
  expect(read([`--${row.name}`, text], {}, '')).toEqual({ ...defaultSettings, [property]: value });
});

test.each(each)(
  'the environment variable of $row.name sets $property and nothing else',
  ({ property, row, text, value }) => {
    const variable = `NETWINE_${row.name.toUpperCase().replace(/-/g, '_')}`;
    expect(environmentName(row)).toBe(variable);
    expect(read([], { [variable]: text }, '')).toEqual({ ...defaultSettings, [property]: value });
  },
);

test.each(each.filter(({ property }) => property !== 'configFile'))(
  'the line $row.name = of a config file sets $property and nothing else',
  ({ property, row, text, value }) => {
    const loaded = read(['--config', 'a.conf'], {}, `${row.name} = ${text}\n`);
    expect(loaded).toEqual({ ...defaultSettings, configFile: 'a.conf', [property]: value });
  },
);

test('every default that is written down can be given, and changes nothing', () => {
  const written = rows.filter(({ written }) => written);
  expect(written.length).toBe(rows.length - 3);
  expect(
    read(
      written.map((row) => `--${row.name}=${row.defaultText}`),
      {},
      '',
    ),
  ).toEqual(defaultSettings);
});

test('names are unlike each other, and say everything that a flag can carry', () => {
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('the help lists each row once, in the order of the table, with its default', () => {
  const text = helpText();
  expect([...text.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name)).toEqual(names);
  const defaults = [...text.replace(/\n {6}/g, ' ').matchAll(/ Default: (.+)\.$/gm)].map(([, value]) => value);
  expect(defaults).toEqual(rows.map((row) => row.defaultText));
});

test('the README table has each row once, in the order of the table, with flag, variable, key and default', () => {
  const lines = readmeTable().split('\n').slice(2);
  const cells = lines.map((line) => line.slice(2, -2).split(' | '));
  expect(cells.map(([flag]) => /^`--([a-z-]+)( [A-Z:]+)?`$/.exec(flag ?? '')?.[1])).toEqual(names);
  expect(cells.map(([, variable]) => variable)).toEqual(rows.map((row) => `\`${environmentName(row)}\``));
  expect(cells.map(([, , key]) => key)).toEqual(rows.map((row) => (row.name === 'config' ? '' : `\`${row.name}\``)));
  expect(cells.map((row) => row[3]?.replace(/`/g, ''))).toEqual(rows.map((row) => row.defaultText));
});
