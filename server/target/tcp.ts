/** The target kind `tcp`: a plain connection to the first judged address that answers. [PROTOCOL 9] */
import { NetwineError } from '../core/errors.ts';
import type { Connect } from '../core/target.ts';
import { dial } from './dial.ts';

/** @param timeoutMs for the whole dial, all addresses together. */
export const createTcp =
  ({ timeoutMs }: { timeoutMs: number }): Connect =>
  async ({ target, addresses }, signal) => {
    if (target.kind !== 'tcp') throw new NetwineError('BAD_TARGET');
    return await dial(addresses, target.port, { until: performance.now() + timeoutMs, signal });
  };
