/** What is still to be done when this process ends, whether by itself, by a signal, or with the one that started it. */

const acts = new Set<() => void>();

const actAll = (): void => {
  for (const act of acts) {
    acts.delete(act);
    try {
      act();
    } catch (error) {
      process.stderr.write(`${error}\n`);
    }
  }
};

/** Does all of it, and ends this process by that signal, whoever else listens for it. */
export const endBy = (signal: NodeJS.Signals): void => {
  actAll();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
};

process.once('exit', actAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, endBy);
// A worker whose run is gone has nobody left to tell its end.
if (process.connected) process.once('disconnect', () => endBy('SIGTERM'));

/** Does it then, in the order of the calls; it cannot wait for anything. @returns what forgets it */
export const atEnd = (act: () => void): (() => void) => {
  acts.add(act);
  return () => void acts.delete(act);
};

/**
 * Ends a worker whose run is cancelled, instead of waiting for a test of many minutes.
 * @param signal  that of a test, which is aborted when its time is over, too
 */
export const endWhenCancelled = (signal: AbortSignal): void =>
  signal.addEventListener('abort', () => {
    if (signal.reason instanceof Error && signal.reason.name === 'TestRunAbortError') endBy('SIGTERM');
  });
