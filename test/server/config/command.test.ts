/** Tests of finding the command in the arguments. */
import { describe, expect, test } from 'vitest';
import { type Command, parseCommand } from '../../../server/config/command.ts';
import { UsageError } from '../../../server/config/usage-error.ts';

const cases: readonly (readonly [string, Command, string])[] = [
  ['', 'serve', ''],
  ['--listen 8080', 'serve', '--listen 8080'],
  ['serve', 'serve', ''],
  ['serve --listen 8080', 'serve', '--listen 8080'],
  ['serve demo', 'serve', 'demo'],
  ['demo --chat 7', 'demo', '--chat 7'],
  ['check-hosts --hosts d a:1', 'check-hosts', '--hosts d a:1'],
  ['check-hosts -- --help', 'check-hosts', '-- --help'],
  ['--help', 'help', ''],
  ['-h', 'help', ''],
  ['--ping 5 --help', 'help', ''],
  ['serve --help', 'help', 'serve'],
  ['check-hosts -h a:1', 'help', 'check-hosts'],
  ['help', 'help', ''],
  ['help demo', 'help', 'demo'],
  ['help --help', 'help', ''],
  ['--version', 'version', ''],
  ['version', 'version', ''],
  ['serve --version', 'version', ''],
];

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

describe('netwine', () => {
  test.each(cases)('%s: is %s with %j', (args, command, rest) => {
    expect(parseCommand(words(args))).toEqual({ command, rest: words(rest) });
  });
});

test.each(['demmo', 'help demmo'])('%s is refused with what exists and what is nearest', (args) => {
  expect(() => parseCommand(words(args))).toThrow(UsageError);
  expect(() => parseCommand(words(args))).toThrow(
    '"demmo" is not a command of netwine: there are serve, demo, check-hosts, help, version; the nearest one is demo',
  );
});

test.each(['toString', '__proto__', 'constructor'])('%s is not a command', (name) => {
  expect(() => parseCommand([name])).toThrow(`"${name}" is not a command`);
});

test('control characters of a command are escaped', () => {
  expect(() => parseCommand(['a\u001bb'])).toThrow('"a\\x1bb" is not a command');
});

test.each([
  ['help serve demo', 'netwine help takes one command'],
  ['version 2', 'netwine version takes no arguments'],
])('%s is refused', (args, message) => {
  expect(() => parseCommand(words(args))).toThrow(message);
});
