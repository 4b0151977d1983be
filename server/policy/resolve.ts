/** The one look-up of a target's name: a time limit, an abort, and at most 16 answers. */
import { promises as dns } from 'node:dns';
import { NetwineError } from '../core/errors.ts';

/** Looks a name up once; answers IP literals in the order in which they are to be dialled. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** The system's resolver, hosts table included. It cannot be aborted: whoever calls it stops to wait instead. */
export const systemResolve: Resolve = async (name) => {
  const answers = await dns.lookup(name, { all: true, verbatim: true });
  return answers.map(({ address }) => address);
};

const MOST_ANSWERS = 16;

export interface LookUp {
  resolve: Resolve;
  limitMs: number;
  signal: AbortSignal;
}

/**
 * The first 16 answers for a name, at least one.
 * @throws UNKNOWN_HOST, TIMEOUT after `limitMs`, or the reason of the signal
 */
export const lookUp = async (name: string, { resolve, limitMs, signal }: LookUp): Promise<readonly string[]> => {
  signal.throwIfAborted();
  const stop = new AbortController();
  const leave = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', leave);
  const late = new NetwineError('TIMEOUT', { text: 'the name of the target was not looked up in time' });
  const timer = setTimeout(() => stop.abort(late), limitMs);
  try {
    // In this order: a resolver may abort before it returns.
    const stopped = aborted(stop.signal);
    const answers = await Promise.race([stopped, resolve(name, stop.signal)]);
    if (answers.length === 0) throw new NetwineError('UNKNOWN_HOST');
    return answers.slice(0, MOST_ANSWERS);
  } catch (cause) {
    if (stop.signal.aborted) throw stop.signal.reason;
    throw cause instanceof NetwineError ? cause : new NetwineError('UNKNOWN_HOST', { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
};

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
