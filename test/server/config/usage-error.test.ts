/** Tests of how faults are told. */
import { expect, test } from 'vitest';
import { shown, UsageError } from '../../../server/config/usage-error.ts';

test('plain text is shown as it is', () => {
  expect(shown('up-window = 64k, größer')).toBe('up-window = 64k, größer');
});

test('control, format and separator characters and lone surrogates are escaped', () => {
  expect(shown('a\u001b[31m\r\n\0')).toBe('a\\x1b[31m\\x0d\\x0a\\x00');
  expect(shown('\u0085\u202e\u2028\ud800')).toBe('\\x85\\u{202e}\\u{2028}\\u{d800}');
});

test('at most 80 characters are shown, and an escape is never cut in two', () => {
  expect(shown('x'.repeat(80))).toBe('x'.repeat(80));
  expect(shown('x'.repeat(81))).toBe(`${'x'.repeat(80)}...`);
  expect(shown(`${'x'.repeat(78)}\n`)).toBe(`${'x'.repeat(78)}...`);
});

test('a usage error keeps its faults and ends its message with advice', () => {
  const error = new UsageError(['first', 'second'], 'advice');
  expect(error.faults).toEqual(['first', 'second']);
  expect(error.message).toBe('first\nsecond\nadvice');
  expect(error.name).toBe('UsageError');
});
