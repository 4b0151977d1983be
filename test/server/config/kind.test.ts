/** Tests of the kinds of value: what each takes, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { boolean, bytes, hostPort, type Kind, oneOf, path, seconds, urlPath } from '../../../server/config/kind.ts';

const takes = <T>(kind: Kind<T>, cases: readonly (readonly [string, T])[]): void => {
  test.each(cases)('%j is taken', (text, value) => {
    expect(kind.parse(text)).toEqual(value);
  });
};

const refuses = (kind: Kind<unknown>, texts: readonly string[]): void => {
  test.each(texts)('%j is refused', (text) => {
    expect(kind.parse(text)).toBeUndefined();
  });
};

describe('seconds from 0.05 to 60', () => {
  const kind = seconds({ from: 0.05, to: 60 });
  takes(kind, [
    ['0.05', 50],
    ['60', 60_000],
    ['60.0', 60_000],
    ['1.0015', 1002],
  ]);
  refuses(kind, ['', '0', '0.049', '60.001', '-1', '+1', '1e1', '.5', '5.', ' 5', '5s', '0x5', 'NaN', 'Infinity', '٣']);

  test('the range is told', () => {
    expect(kind.expects).toBe('seconds from 0.05 to 60');
  });
});

describe('bytes from 4k to 64m', () => {
  const kind = bytes({ from: 4096, to: 64 * 1024 * 1024 });
  takes(kind, [
    ['4096', 4096],
    ['4k', 4096],
    ['4097', 4097],
    ['256K', 262_144],
    ['8m', 8_388_608],
    ['67108864', 67_108_864],
  ]);
  refuses(kind, ['', '4095', '67108865', '65m', '1g', '-5k', '5.5k', '5kb', 'k', '1e6', '9'.repeat(400)]);

  test('the range is told in the same suffixes, and in plain bytes where none fits', () => {
    expect(kind.expects).toBe('bytes from 4k to 64m');
    expect(bytes({ from: 1000, to: 1024 ** 3 }).expects).toBe('bytes from 1000 to 1g');
  });
});

describe('a boolean', () => {
  takes(boolean, [
    ['true', true],
    ['false', false],
  ]);
  refuses(boolean, ['', '1', 'yes', 'TRUE']);
});

describe('one of a few words', () => {
  const kind = oneOf(['silent', 'info']);
  takes(kind, [
    ['silent', 'silent'],
    ['info', 'info'],
  ]);
  refuses(kind, ['', 'Info', 'inf', 'toString']);
});

describe('a path', () => {
  takes(path('DIR'), [
    ['/etc/netwine', '/etc/netwine'],
    ['my hosts', 'my hosts'],
  ]);
  refuses(path('DIR'), ['', 'a\0b', 'a\nb']);
});

describe('a URL path', () => {
  takes(urlPath, [
    ['/', '/'],
    ['/bridge', '/bridge'],
    ['/a/b.c/', '/a/b.c'],
  ]);
  refuses(urlPath, [
    '',
    'bridge',
    '//',
    '//a',
    '/a//b',
    '/..',
    '/a/../b',
    '/.git',
    '/a b',
    '/a?b',
    '/a#',
    '/%2f',
    '/:x',
    '/*',
  ]);
});

describe('HOST:PORT', () => {
  takes(hostPort, [
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['a-1.example:80', { host: 'a-1.example', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['[fe80::1%eth0]:80', { host: 'fe80::1%eth0', port: 80 }],
    ['8080', { host: '127.0.0.1', port: 8080 }],
    ['0', { host: '127.0.0.1', port: 0 }],
  ]);
  refuses(hostPort, [
    '',
    'localhost',
    ':8080',
    '*:8080',
    'localhost:',
    'localhost:65536',
    '65536',
    '08080',
    'localhost:+80',
    'localhost: 80',
    '::1:80',
    '[::1]',
    '[127.0.0.1]:80',
    '[::1:80',
    '[]:80',
    '0x7f.1:80',
    '127.0x1:80',
    '2130706433:80',
    '127.1:80',
    '256.0.0.1:80',
    '-a:80',
    'a-:80',
    'a..b:80',
    'a b:80',
    'localhost\0:80',
    'user@localhost:80',
    'http://localhost:80',
  ]);

  test('the value cannot be changed', () => {
    expect(Object.isFrozen(hostPort.parse('8080'))).toBe(true);
  });
});
