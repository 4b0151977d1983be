/** Tests of reading flags, environment and config files: what is understood, and how faults are told. */
import { describe, expect, test } from 'vitest';
import { settings } from '../../../server/config/settings.ts';
import {
  readArguments,
  readEnvironment,
  readFileText,
  readFlags,
  type Source,
} from '../../../server/config/sources.ts';

const brief = ({ given, faults }: Source): { given: [string, string, string][]; faults: readonly string[] } => ({
  given: given.map(({ row, text, where }) => [row.name, text, where]),
  faults,
});

const flags = (...args: string[]): ReturnType<typeof brief> => brief(readFlags(args, 'serve'));
const environment = (env: Record<string, string | undefined>): ReturnType<typeof brief> => brief(readEnvironment(env));
const file = (text: string): ReturnType<typeof brief> => brief(readFileText(text, 'a.conf'));

describe('flags', () => {
  test('a value follows its flag or stands in it after the first equals sign', () => {
    expect(flags('--ping', '5', '--hosts=a=b', '--static=', '--hold', '-1')).toEqual({
      given: [
        ['ping', '5', '--ping'],
        ['hosts', 'a=b', '--hosts'],
        ['static', '', '--static'],
        ['hold', '-1', '--hold'],
      ],
      faults: [],
    });
  });

  test('a true-or-false flag needs no value, and takes one', () => {
    const given = (...args: string[]): unknown => flags('--require-token', ...args).given[0];
    expect(given()).toEqual(['require-token', 'true', '--require-token']);
    expect(given('--ping', '5')).toEqual(['require-token', 'true', '--require-token']);
    expect(given('false')).toEqual(['require-token', 'false', '--require-token']);
    expect(flags('--require-token=false').given).toEqual([['require-token', 'false', '--require-token']]);
    expect(flags('--require-token', 'maybe').faults).toEqual(['"maybe" is not a flag: flags are written --name VALUE']);
  });

  test('an unknown flag is told once with the nearest one, and what follows it is not a second fault', () => {
    expect(flags('--upwindow', '5', '--pinng=3', '--ping', '4')).toEqual({
      given: [['ping', '4', '--ping']],
      faults: [
        '--upwindow is not a known flag: the nearest one is --up-window',
        '--pinng is not a known flag: the nearest one is --ping',
      ],
    });
  });

  test.each(['__proto__', 'constructor', 'toString'])('--%s is an unknown flag', (name) => {
    expect(flags(`--${name}=1`).faults[0]).toMatch(/is not a known flag/);
  });

  test('a flag without its value is told, at the end and before another flag', () => {
    const fault = '--hold needs a value: expected seconds from 0 to 60';
    expect(flags('--hold', '--ping', '4')).toEqual({ given: [['ping', '4', '--ping']], faults: [fault] });
    expect(flags('--hold').faults).toEqual([fault]);
  });

  test('a flag that is given twice is told', () => {
    expect(flags('--ping', '4', '--ping', '5').faults).toEqual(['--ping is given twice: keep one']);
  });

  test.each(['x', '-p', '-', '--', '', '--=5'])('the argument %j is not a flag', (argument) => {
    expect(flags(argument)).toEqual({
      given: [],
      faults: [`"${argument}" is not a flag: flags are written --name VALUE`],
    });
  });

  test('a flag of another command is told, and is not offered as the nearest one', () => {
    expect(flags('--chat', '1').faults).toEqual(['--chat belongs to netwine demo alone']);
    expect(flags('--chatt=1').faults).not.toContain('--chatt is not a known flag: the nearest one is --chat');
    expect(brief(readFlags(['--chat', '1'], 'demo')).given).toEqual([['chat', '1', '--chat']]);
  });

  test('control characters of arguments are escaped in faults', () => {
    expect(flags('--a\u001b]0;x\u0007').faults[0]).toMatch(/^--a\\x1b\]0;x\\x07 is not a known flag/);
    expect(flags('a\nb').faults[0]).toMatch(/^"a\\x0ab" is not a flag/);
  });
});

describe('arguments of a command with words', () => {
  const read = (...args: string[]) => readArguments(args, [settings.hostsDir]);

  test('words stand between the flags, and all behind -- is words', () => {
    const { given, words, faults } = read('a:1', '--hosts', 'd', '', '--', '--hosts', '--');
    expect(given.map(({ text }) => text)).toEqual(['d']);
    expect([words, faults]).toEqual([['a:1', '', '--hosts', '--'], []]);
  });

  test('what begins with a hyphen and is no flag of the command is told', () => {
    expect(read('-h', '--chat', '1', '--ping=2', '--host').faults).toEqual([
      '"-h" is not a flag: flags are written --name VALUE',
      '--chat belongs to netwine demo alone',
      '--ping belongs to netwine serve and demo',
      '--host is not a known flag: the nearest one is --hosts',
    ]);
  });
});

describe('environment', () => {
  test('variables of ours are read, those of others and the known foreign one are left alone', () => {
    const env = {
      NETWINE_UP_WINDOW: '8k',
      NETWINE_URL: 'http://127.0.0.1:1',
      PATH: 'x',
      NETWINE: '1',
      NETWINE_LOG: undefined,
    };
    expect(environment(env)).toEqual({ given: [['up-window', '8k', 'NETWINE_UP_WINDOW']], faults: [] });
  });

  test('an empty variable is a value like any other', () => {
    expect(environment({ NETWINE_PING: '' }).given).toEqual([['ping', '', 'NETWINE_PING']]);
  });

  test('an unknown variable is told with the nearest one', () => {
    expect(environment({ NETWINE_UPWINDOW: '8k' })).toEqual({
      given: [],
      faults: ['NETWINE_UPWINDOW is not a known environment variable: the nearest one is NETWINE_UP_WINDOW'],
    });
  });
});

describe('config file', () => {
  test('lines are names and values; comments, empty lines, CRLF and a byte order mark are no matter', () => {
    expect(file('\uFEFF# all of it\r\n\r\n  ping=5 \r\nhosts = /srv/a = b # c\n\t# end\nstatic =')).toEqual({
      given: [
        ['ping', '5', 'a.conf:3: ping'],
        ['hosts', '/srv/a = b # c', 'a.conf:4: hosts'],
        ['static', '', 'a.conf:6: static'],
      ],
      faults: [],
    });
  });

  test('every faulty line is told by its number', () => {
    expect(file('pingg = 5\nping 5\n= 5\nconfig = b.conf\nhold = 1\nhold = 2\nNETWINE_PING = 5\n').faults).toEqual([
      'a.conf:1: pingg is not a known name: the nearest one is ping',
      'a.conf:2: "ping 5" is not of the form name = value',
      'a.conf:3: "= 5" is not of the form name = value',
      'a.conf:4: config cannot be set in a config file',
      'a.conf:6: hold is given twice: keep one',
      expect.stringMatching(/^a\.conf:7: NETWINE_PING is not a known name: the nearest one is [a-z-]+$/),
    ]);
  });

  test('the path of the file is escaped too', () => {
    expect(readFileText('x', 'a\u001b.conf').faults).toEqual(['a\\x1b.conf:1: "x" is not of the form name = value']);
  });
});
