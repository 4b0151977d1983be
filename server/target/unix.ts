/** The target kind `unix`: a stream socket in the file system of the bridge. [PROTOCOL 9] */
import { NetwineError } from '../core/errors.ts';
import type { Connect } from '../core/target.ts';
import { open } from './dial.ts';
import { TargetSocket } from './target-socket.ts';

/** @param timeoutMs for the dial; a full backlog makes a unix socket silent too. */
export const createUnix =
  ({ timeoutMs }: { timeoutMs: number }): Connect =>
  async ({ target }, signal) => {
    if (target.kind !== 'unix') throw new NetwineError('BAD_TARGET');
    const limits = { until: performance.now() + timeoutMs, signal };
    return await open(new TargetSocket({ resettable: false }), { path: target.path }, limits);
  };
