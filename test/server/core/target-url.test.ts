/** The grammar of targets, both ways. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import type { Target } from '../../../server/core/target.ts';
import { formatTarget, isTargetName, parsePort, parseTarget } from '../../../server/core/target-url.ts';

test.each<[string, Target, string]>([
  ['irc.example.net:6667', { kind: 'tcp', host: 'irc.example.net', port: 6667 }, 'tcp://irc.example.net:6667'],
  ['tcp://IRC.Example.net.:6667', { kind: 'tcp', host: 'irc.example.net', port: 6667 }, 'tcp://irc.example.net:6667'],
  ['tls://[2001:DB8::1]:443', { kind: 'tls', host: '2001:db8::1', port: 443 }, 'tls://[2001:db8::1]:443'],
  ['[::ffff:10.0.0.1]:1', { kind: 'tcp', host: '10.0.0.1', port: 1 }, 'tcp://10.0.0.1:1'],
  ['udp://127.0.0.1:65535', { kind: 'udp', host: '127.0.0.1', port: 65535 }, 'udp://127.0.0.1:65535'],
  ['unix:/run/chat.sock', { kind: 'unix', path: '/run/chat.sock' }, 'unix:/run/chat.sock'],
  ['unix:/run/.x/...', { kind: 'unix', path: '/run/.x/...' }, 'unix:/run/.x/...'],
  ['exec:fizz-buzz_2', { kind: 'exec', name: 'fizz-buzz_2' }, 'exec:fizz-buzz_2'],
  ['channel:lobby.1', { kind: 'channel', name: 'lobby.1' }, 'channel:lobby.1'],
  ['peer:desk', { kind: 'peer', id: 'desk' }, 'peer:desk'],
  ['peer:desk:22', { kind: 'peer', id: 'desk', port: 22 }, 'peer:desk:22'],
  ['tcp://exec:80', { kind: 'tcp', host: 'exec', port: 80 }, 'tcp://exec:80'],
])('%s is read, and written as %s', (text, target, canonical) => {
  expect(parseTarget(text)).toEqual(target);
  expect(formatTarget(target)).toBe(canonical);
});

test.each([
  ...[
    '',
    'host',
    'host:',
    ':80',
    '::1:80',
    'tcp://host',
    'tcp://host:80/',
    'TCP://host:80',
    'http://host:80',
    'tcp:host:80',
  ],
  ...[
    'tcp://user@host:80',
    'tcp://[127.0.0.1]:80',
    'tcp://127.1:80',
    'tcp://[::1%lo]:80',
    'host:80:90',
    ' host:80',
    'host:80\n',
  ],
  ...[
    'host:0',
    'host:65536',
    'host:99999999999',
    'host:0x50',
    'host: 80',
    'host:080',
    'host:+80',
    'host:8e1',
    'host:٣',
    'host:-1',
  ],
  ...[
    'unix:',
    'unix:run/x',
    'unix:/',
    'unix://x',
    'unix:/run/',
    'unix:/run/../x',
    'unix:/./x',
    'unix:/a b',
    'unix:/a\0b',
    'unix:/é',
  ],
  ...[
    `unix:/${'a'.repeat(107)}`,
    'exec:',
    'exec:cat x',
    'exec:../cat',
    'exec:cat\0x',
    'exec:-x',
    'exec:$(id)',
    'channel:',
    'channel:..',
  ],
  ...[
    'channel:*',
    'channel:a.*',
    'channel:x\r\nPUB y 1\r\nz',
    `channel:${'a'.repeat(300)}`,
    'channel:\ud800',
    'peer:',
    'peer:a:',
    'peer:a:0',
  ],
  ...['peer:a:1:2', 'peer:..'],
])('%j is no target', (text) => {
  expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'BAD_TARGET' }));
});

test('a value of a program without types is no target', () => {
  for (const value of [null, 80, ['host:80'], { valueOf: () => 'host:80' }]) {
    expect(() => parseTarget(value as string)).toThrow(NetwineError);
  }
});

test('the text of a failure never echoes the input', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      try {
        parseTarget(`tcp://${text}~secret:x`);
      } catch (error) {
        expect((error as NetwineError).record).not.toContain('secret');
      }
    }),
  );
});

test('a port is 1 to 65535 in plain decimal', () => {
  expect([
    parsePort('1'),
    parsePort('65535'),
    parsePort('0'),
    parsePort('65536'),
    parsePort('080'),
    parsePort(''),
  ]).toEqual([...[1, 65535, null, null, null, null]]);
});

const port = fc.integer({ min: 1, max: 65535 });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).filter(isTargetName);
const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.domain(),
);
const anyTarget = fc.oneof(
  fc.tuple(fc.constantFrom('tcp', 'tls', 'udp'), host, port).map(([kind, at, number]) => `${kind}://${at}:${number}`),
  fc.tuple(fc.constantFrom('exec', 'channel', 'peer'), name).map(([kind, rest]) => `${kind}:${rest}`),
  fc.tuple(name, port).map(([id, number]) => `peer:${id}:${number}`),
  fc.array(name, { minLength: 1, maxLength: 4 }).map((segments) => `unix:/${segments.join('/')}`),
);

test('every target is read back from its canonical spelling', () => {
  fc.assert(
    fc.property(anyTarget, (text) => {
      const target = parseTarget(text);
      expect(parseTarget(formatTarget(target))).toEqual(target);
    }),
    { numRuns: 2000 },
  );
});
