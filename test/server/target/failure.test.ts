/** What the errors of a dial are in the failure table. */
import { describe, expect, it } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { dialFailure } from '../../../server/target/failure.ts';

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe('dialFailure', () => {
  it.each([
    ['ECONNREFUSED', 'REFUSED'],
    ['ENETUNREACH', 'UNREACHABLE'],
    ['EHOSTUNREACH', 'UNREACHABLE'],
    ['EADDRNOTAVAIL', 'UNREACHABLE'],
    ['EACCES', 'UNREACHABLE'],
    ['ENOENT', 'UNREACHABLE'],
    ['ECONNRESET', 'UNREACHABLE'],
    ['ETIMEDOUT', 'TIMEOUT'],
    ['EMFILE', 'LIMIT'],
    ['ENFILE', 'LIMIT'],
  ])('says of %s that it is %s and keeps the cause', (code, expected) => {
    const cause = systemError(code);
    expect(dialFailure(cause)).toMatchObject({ code: expected, cause });
  });

  it('says UNREACHABLE of anything else that is thrown', () => {
    expect(dialFailure('odd')).toMatchObject({ code: 'UNREACHABLE', cause: 'odd' });
  });

  it('gives a failure of the table back as it is', () => {
    const failure = new NetwineError('IDLE');
    expect(dialFailure(failure)).toBe(failure);
  });
});
