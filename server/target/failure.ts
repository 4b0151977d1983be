/** What the operating system says when a dial fails, as a failure of the table. [PROTOCOL 10] */
import { type FailureCode, NetwineError, type NetwineErrorOptions } from '../core/errors.ts';

const codes: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'REFUSED',
  ETIMEDOUT: 'TIMEOUT',
  EMFILE: 'LIMIT',
  ENFILE: 'LIMIT',
  EMSGSIZE: 'TOO_LARGE',
};

const texts: Readonly<Record<string, string>> = {
  ENOENT: 'the socket file of the target does not exist',
  EACCES: 'the bridge has no right to reach the target',
  EPERM: 'the bridge has no right to reach the target',
  EMSGSIZE: 'the datagram is too large for the network',
};

/**
 * The failure of a dial, with the system's own error as its cause; what the table does not know is UNREACHABLE.
 * A NetwineError is given back as it is.
 */
export const dialFailure = (error: unknown): NetwineError => {
  if (error instanceof NetwineError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const options: NetwineErrorOptions = { cause: error };
  const text = texts[code];
  if (text !== undefined) options.text = text;
  return new NetwineError(codes[code] ?? 'UNREACHABLE', options);
};
