/** The parser of the routes file. */
import { expect, test } from 'vitest';
import { parseRoutes } from '../../../server/policy/routes-file.ts';

test('a route is a path and a target', () => {
  const routes = parseRoutes(
    '# ours\n/irc tcp://irc.example.net:6667\n\n/a/b%20c/\t127.0.0.1:7777 # local\n/ channel:lobby\n',
    'routes',
  );
  expect([...routes]).toEqual([
    ['/irc', { kind: 'tcp', host: 'irc.example.net', port: 6667 }],
    ['/a/b c/', { kind: 'tcp', host: '127.0.0.1', port: 7777 }],
    ['/', { kind: 'channel', name: 'lobby' }],
  ]);
});

test.each([
  ...[
    '/irc',
    '/irc a:1 b:2',
    'irc a:1',
    'http://h/irc a:1',
    '/irc a',
    '/irc a:0',
    '/irc http://a:1',
    '/irc *:80',
    '/irc exec:..',
  ],
  ...['/connect a:1', '/receive a:1', '/send a:1', '/exchange a:1', '/close a:1', '/ticket a:1', '/%63onnect a:1'],
  ...[
    '/* a:1',
    '/i?c a:1',
    '/%3F a:1',
    '/%2a a:1',
    '/:id a:1',
    '//irc a:1',
    '/a/../b a:1',
    '/. a:1',
    '/%00 a:1',
    '/% a:1',
    '/%ff a:1',
  ],
])('%j is a fault with its place', (line) => {
  expect(() => parseRoutes(`/first a:1\n${line}\n`, 'hosts/routes')).toThrow(/^hosts\/routes:2: \S/);
});

test('a path that is given twice is a fault, however it is spelled', () => {
  expect(() => parseRoutes('/irc a:1\n/%69rc b:1\n', 'routes')).toThrow(
    'routes:2: the path "/irc" has a route already',
  );
});
