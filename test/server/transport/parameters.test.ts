/** Tests of parameters: how they are spelled, what each typed read takes, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { type Parameters, parseParameters } from '../../../server/transport/parameters.ts';

/** The failure that a read throws. */
const failure = (read: () => unknown): NetwineError => {
  try {
    read();
  } catch (cause) {
    if (cause instanceof NetwineError) return cause;
    throw cause;
  }
  throw new Error('nothing was thrown');
};

const refuses = (read: () => unknown): void => expect(failure(read).code).toBe('BAD_REQUEST');

const ofX = (value: string): Parameters => parseParameters(`x=${encodeURIComponent(value)}`);

describe('spelling', () => {
  test.each([
    ['x=1', '1'],
    ['x', ''],
    ['x=', ''],
    ['x=a=b', 'a=b'],
    ['x=a+b', 'a b'],
    ['x=a%2Bb%26c%3dd%25', 'a+b&c=d%'],
    ['x=%C3%BC', '\u00fc'],
    ['x=\u00fc', '\u00fc'],
    ['x=%EF%BB%BFa', '\ufeffa'],
    ['&&x=1&&', '1'],
    ['%78=1', '1'],
    ['x=%2578', '%78'],
    ['x=%00', '\u0000'],
  ])('%j gives %j', (text, value) => {
    expect(parseParameters(text).text('x')).toBe(value);
  });

  test('bytes are read like text', () => {
    expect(parseParameters(Buffer.from('x=\u00fc+%F0%9F%8D%B7')).text('x')).toBe('\u00fc \u{1f377}');
  });

  test.each(['x=%', 'x=%4', 'x=%zz', '%=1', 'x=%u0041', 'x=%+1'])('the broken escape in %j is refused', (text) => {
    refuses(() => parseParameters(text));
  });

  test.each(['x=%FF', 'x=%C0%80', 'x=%ED%A0%80', 'x=%C3', '%FF=1'])('%j is no UTF-8 and is refused', (text) => {
    refuses(() => parseParameters(text));
  });

  test('raw bytes that are no UTF-8 are refused', () => {
    refuses(() => parseParameters(Buffer.from('x=\u00fc', 'latin1')));
  });

  test('what a browser encodes comes back', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 64 }), (pairs) => {
        const entries = pairs.filter(([name]) => name !== 'v');
        const parameters = parseParameters(new URLSearchParams(entries).toString());
        for (const [name, value] of entries) expect(parameters.text(name)).toBe(value);
      }),
    );
  });

  test('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          parseParameters(bytes);
        } catch (cause) {
          expect(cause).toBeInstanceOf(NetwineError);
        }
      }),
    );
  });
});

describe('names', () => {
  test('a name that is not given is undefined to every read', () => {
    const none = parseParameters('');
    expect(none.has('x')).toBe(false);
    expect([none.text('x'), none.number('x'), none.flag('x'), none.oneOf('x', ['a'])]).toEqual(
      Array(4).fill(undefined),
    );
    expect([...none.all('x'), ...none.numbers('x')]).toEqual([]);
  });

  test('names of the prototype are names like others', () => {
    const parameters = parseParameters('__proto__=1&constructor=2');
    expect(parameters.text('__proto__')).toBe('1');
    expect(parameters.text('constructor')).toBe('2');
    expect(parameters.has('hasOwnProperty')).toBe(false);
    expect(parameters.text('toString')).toBeUndefined();
  });

  test('a name given twice is refused, in whatever spelling', () => {
    refuses(() => parseParameters('x=1&x=1'));
    refuses(() => parseParameters('x=1&%78=1'));
    refuses(() => parseParameters('key=a&key=b&x=1&x=2', { repeatable: ['key'] }));
  });

  test('repeatable names keep their order', () => {
    const parameters = parseParameters('from=5&key=b&key=a&from=3', { repeatable: ['key', 'from'] });
    expect(parameters.all('key')).toEqual(['b', 'a']);
    expect(parameters.numbers('from')).toEqual([5, 3]);
    expect(parameters.text('key')).toBe('b');
  });

  test('64 parameters are taken and 65 are not', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=`).join('&');
    expect(parseParameters(many(64)).has('p63')).toBe(true);
    refuses(() => parseParameters(many(65)));
  });

  test('version 1 is taken, any other is refused', () => {
    expect(parseParameters('v=1').text('v')).toBe('1');
    for (const text of ['v=2', 'v=', 'v=01', 'v=1.0']) refuses(() => parseParameters(text));
  });
});

describe('numbers', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['120', 120],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is taken', (text, number) => {
    expect(ofX(text).number('x')).toBe(number);
  });

  test.each([
    '9007199254740992',
    '9007199254740993',
    '99999999999999999999',
    '01',
    '00',
    '-0',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    '',
    ' 1',
    '1 ',
    '1\n',
    '\u0663',
    'NaN',
    'Infinity',
    '1_0',
  ])('%j is refused', (text) => {
    refuses(() => ofX(text).number('x'));
  });

  test('a number may be as large as the most, and no larger', () => {
    expect(ofX('8').number('x', { max: 8 })).toBe(8);
    refuses(() => ofX('9').number('x', { max: 8 }));
  });

  test('one bad number among several is refused', () => {
    refuses(() => parseParameters('from=1&from=x', { repeatable: ['from'] }).numbers('from'));
  });
});

describe('flags and choices', () => {
  test('a flag is 1 or 0', () => {
    expect(ofX('1').flag('x')).toBe(true);
    expect(ofX('0').flag('x')).toBe(false);
    for (const text of ['', 'true', '2', '01']) refuses(() => ofX(text).flag('x'));
  });

  test('a choice is one of its values, letter for letter', () => {
    expect(ofX('poll').oneOf('x', ['stream', 'poll'])).toBe('poll');
    for (const text of ['', 'Poll', 'poll ', 'toString']) refuses(() => ofX(text).oneOf('x', ['stream', 'poll']));
  });
});

test('a failure names the parameter and never echoes a value', () => {
  const bad = parseParameters('from=zebra&ended=zebra&mode=zebra&hold=9');
  const texts = [
    () => bad.number('from'),
    () => bad.flag('ended'),
    () => bad.oneOf('mode', ['stream', 'poll']),
    () => bad.number('hold', { max: 8 }),
  ].map((read) => failure(read).text);
  expect(texts).toEqual([
    'from must be a decimal number',
    'ended must be 0 or 1',
    'mode must be one of stream, poll',
    'hold must be 8 at most',
  ]);
  const others = ['zebra=1&zebra=2', 'zebra=%', 'zebra=%FF', 'v=zebra'].map(
    (text) => failure(() => parseParameters(text)).text,
  );
  for (const text of others) expect(text).toMatch(/^(?!.*zebra)[^"<\\\n]+$/);
});
