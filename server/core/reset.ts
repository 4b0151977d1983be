/** Tells a target that its session is over. */
import type { Duplex } from 'node:stream';
import type { FailureCode } from './errors.ts';

/** A clean end has nothing left to say; any other is told to the target as a reset, not as an end. */
export const reset = (target: Duplex & { resetAndDestroy?: () => void }, code: FailureCode): void => {
  if (code !== 'CLOSED' && target.resetAndDestroy && !target.destroyed) {
    try {
      target.resetAndDestroy();
      return;
    } catch {
      // Node resets TCP only, and throws where a socket is a pipe or speaks TLS: those are destroyed.
    }
  }
  target.destroy();
};
