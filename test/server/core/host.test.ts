/** Host spellings: what is one host in several spellings, and what is no host at all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { formatHost, parseHost } from '../../../server/core/host.ts';

const refusal = (text: string): string => {
  try {
    parseHost(text);
  } catch (error) {
    return error instanceof NetwineError ? error.code : String(error);
  }
  return 'accepted';
};

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::FFFF:a9fe:a9fe', '169.254.169.254'],
  ['::ffff:0:0', '0.0.0.0'],
  ['::ffff:0:127.0.0.1', '::ffff:0:7f00:1'],
  ['64:ff9b::127.0.0.1', '64:ff9b::7f00:1'],
])('the address %s is %s', (text, address) => {
  expect(parseHost(text)).toEqual({ kind: 'ip', address, family: address.includes(':') ? 6 : 4 });
});

test.each([
  ['LOCALHOST', 'localhost'],
  ['localhost.', 'localhost'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['1a.2b', '1a.2b'],
  ['127.0.0.1.example', '127.0.0.1.example'],
  [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
])('the name %s is %s', (text, name) => {
  expect(parseHost(text)).toEqual({ kind: 'name', name });
});

test.each([
  ...['', '.', '..', 'a..b', '.a', 'a..', '-a.example', 'a-.example', 'a_b.example', `${'a'.repeat(64)}.example`],
  ...['a'.repeat(254), `${'a.'.repeat(127)}ab`],
  ...[
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '127.000.000.001',
    '010.0.0.1',
    '0177.1',
    '256.0.0.1',
    '1.2.3.4.5',
    '0',
    '2130706433',
  ],
  ...[
    '0x0',
    '0x',
    '0x7f000001',
    '0x7F.0.0.0x1',
    '0xA9FEA9FE',
    'example.0x7f',
    'example.1',
    '0x100000000',
    '017700000001',
  ],
  ...['①②⑦.⓪.⓪.①', '１２７.0.0.1', 'ⓛocalhost', 'bücher.example', '\u212Aelvin.example', 'example\u3002com'],
  ...['localhost\0.example.com', '127.0.0.1 ', ' localhost', 'example.com\r\nX: y', 'a\tb', '%31%32%37.0.0.1'],
  ...[
    '127.0.0.1:22',
    '127.0.0.1#',
    '127.0.0.1/',
    'http://127.0.0.1/',
    'user@host',
    '[::1',
    '::1]',
    '[[::1]]',
    '[127.0.0.1]',
  ],
  ...['[localhost]', '[]', '::1%lo', '[fe80::1%25eth0]', '1:2:3:4:5:6:7', ':::1', '::ffff:127.1', '12345::'],
])('%j is no host', (text) => {
  expect(refusal(text)).toBe('BAD_TARGET');
});

test.each([[['127.0.0.1']], [null], [true], [80], [{}]])('%j of a program without types is no host', (value) => {
  expect(refusal(value as string)).toBe('BAD_TARGET');
});

test('what is read is canonical: reading it again changes nothing', () => {
  const spellings = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.string({ maxLength: 20 }),
    fc.stringMatching(/^[0-9a-fx:.[\]]{1,12}$/),
  );
  fc.assert(
    fc.property(spellings, (text) => {
      if (refusal(text) !== 'accepted') return;
      const host = parseHost(text);
      expect(parseHost(host.kind === 'ip' ? formatHost(host.address) : host.name)).toEqual(host);
    }),
    { numRuns: 2000 },
  );
});
