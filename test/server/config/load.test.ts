/** Tests of putting the settings together: precedence, files, faults of all sources at once, combinations. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { type LoadOptions, loadSettings } from '../../../server/config/load.ts';
import type { Settings } from '../../../server/config/settings.ts';
import { UsageError } from '../../../server/config/usage-error.ts';

const load = (options: Partial<LoadOptions>): Settings =>
  loadSettings({ args: [], env: {}, readFile: (path) => readFileSync(path, 'utf8'), ...options });

const faults = (options: Partial<LoadOptions>): readonly string[] => {
  try {
    load(options);
  } catch (error) {
    if (error instanceof UsageError) return error.faults;
    throw error;
  }
  return [];
};

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'netwine-config-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

const configFile = (text: string): string => {
  const path = join(directory(), 'netwine.conf');
  writeFileSync(path, text);
  return path;
};

test('a flag beats the environment, that the config file, that the default', () => {
  const file = configFile('ping = 1\nhold = 1\nkeep = 1\n');
  const env = { NETWINE_PING: '2', NETWINE_HOLD: '2' };
  const { pingMs, holdMs, keepMs, ticketMs } = load({ args: ['--config', file, '--ping', '3'], env });
  expect([pingMs, holdMs, keepMs, ticketMs]).toEqual([3000, 2000, 1000, 30_000]);
});

test('a weaker true can be turned off by a stronger false', () => {
  expect(load({ env: { NETWINE_REQUIRE_TOKEN: 'true' } }).requireToken).toBe(true);
  expect(load({ args: ['--require-token=false'], env: { NETWINE_REQUIRE_TOKEN: 'true' } }).requireToken).toBe(false);
});

test('the config file may be named by the environment, and the flag beats it', () => {
  const weak = configFile('ping = 1\n');
  const strong = configFile('ping = 2\n');
  expect(load({ env: { NETWINE_CONFIG: weak } })).toMatchObject({ pingMs: 1000, configFile: weak });
  const loaded = load({ args: ['--config', strong], env: { NETWINE_CONFIG: weak } });
  expect(loaded).toMatchObject({ pingMs: 2000, configFile: strong });
});

test('no file is read where none is named', () => {
  const readFile = (): string => {
    throw new Error('read a file');
  };
  expect(load({ readFile }).configFile).toBeNull();
  expect(faults({ args: ['--config='], readFile })).toEqual(['--config: "" is given, expected the path of a file']);
});

test('a config file that cannot be read is told with the reason', () => {
  const path = directory();
  expect(faults({ args: ['--config', join(path, 'none')] })).toEqual([
    expect.stringMatching(/^--config: cannot read .*: there is no such file$/),
  ]);
  expect(faults({ env: { NETWINE_CONFIG: path } })).toEqual([
    expect.stringMatching(/^NETWINE_CONFIG: cannot read .*: it is a directory$/),
  ]);
  const readFile = (): string => {
    throw Object.assign(new Error('EIO: i/o\u0007 error'), { code: 'EIO' });
  };
  expect(faults({ args: ['--config', 'x'], readFile })).toEqual(['--config: cannot read x: EIO: i/o\\x07 error']);
});

test('every fault of every source is told, overridden ones too', () => {
  const file = configFile('pong = 1\nhold = 61\n');
  const env = { NETWINE_PINGS: '1', NETWINE_KEEP: '0.4', NETWINE_HOLD: '5' };
  const args = ['--config', file, '--keep', '5', '--window', '4095', '--listen', ':80', '--log=\u001b', '--nope'];
  const told = faults({ args, env });
  expect([...told].sort()).toEqual(
    [
      '--listen: ":80" is given, expected HOST:PORT, [IPV6]:PORT or a port from 0 to 65535 alone (on 127.0.0.1)',
      '--log: "\\x1b" is given, expected one of silent, error, info, debug',
      '--nope is not a known flag: the nearest one is --nonce',
      '--window: "4095" is given, expected bytes from 4k to 64m',
      `${file}:1: pong is not a known name: the nearest one is ping`,
      `${file}:2: hold: "61" is given, expected seconds from 0 to 60`,
      'NETWINE_KEEP: "0.4" is given, expected seconds from 0.5 to 86400',
      'NETWINE_PINGS is not a known environment variable: the nearest one is NETWINE_PING',
    ].sort(),
  );
});

test('a given value is cut to 80 characters', () => {
  expect(faults({ args: ['--ping', '9'.repeat(1000)] })).toEqual([
    `--ping: "${'9'.repeat(80)}..." is given, expected seconds from 0.05 to 600`,
  ]);
});

test('hold may be longer than half of keep, which is a matter of use', () => {
  expect(load({ args: ['--hold', '60', '--keep', '0.5'] })).toMatchObject({ holdMs: 60_000, keepMs: 500 });
});

test('the demo refuses one address for the bridge and the chat, but free ports', () => {
  const args = ['--listen', '7777'];
  expect(faults({ args, command: 'demo' })).toEqual([
    '--listen and --chat are the same address: give one of them another port',
  ]);
  expect(faults({ args })).toEqual([]);
  expect(faults({ args: ['--listen', '0', '--chat', '0'], command: 'demo' })).toEqual([]);
});

test('the chat may stand in the environment and the file of a bridge without one', () => {
  expect(load({ env: { NETWINE_CHAT: '7' } }).chat).toEqual({ host: '127.0.0.1', port: 7 });
});

test.each([
  ['/srv/www', '/srv/www/hosts'],
  ['/srv/www', '/srv/www'],
  ['/srv/www/', '/srv/x/../www/hosts/'],
  ['.', 'hosts'],
  ['.', resolve('hosts')],
  [resolve('.'), 'hosts'],
  ['/', '/etc/netwine'],
])('a directory of static files %s that holds the hosts files %s is refused', (staticDir, hostsDir) => {
  expect(faults({ args: ['--static', staticDir, '--hosts', hostsDir] })).toEqual([
    '--hosts lies inside --static, which would publish the hosts files: move one of them',
  ]);
});

test.each([
  ['/srv/www', '/srv/www-hosts'],
  ['/srv/www/pages', '/srv/www'],
  ['.', '/srv/hosts'],
  ['/srv/www', 'hosts'],
])('a directory of static files %s beside the hosts files %s is taken', (staticDir, hostsDir) => {
  expect(load({ args: ['--static', staticDir, '--hosts', hostsDir] })).toMatchObject({ staticDir, hostsDir });
});

test('the result is frozen, and typed from the table', () => {
  const loaded = load({});
  expect(Object.isFrozen(loaded)).toBe(true);
  expect(Object.isFrozen(loaded.listen)).toBe(true);
  expectTypeOf(loaded.pingMs).toEqualTypeOf<number>();
  expectTypeOf(loaded.hostsDir).toEqualTypeOf<string | null>();
  expectTypeOf(loaded.requireToken).toEqualTypeOf<boolean>();
  expectTypeOf(loaded.log).toEqualTypeOf<'silent' | 'error' | 'info' | 'debug'>();
});
