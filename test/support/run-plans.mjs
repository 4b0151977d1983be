/** Runs the plans of one test file and exits as they came out; an interrupted run tells what was done and leaves nothing. */
import { constants } from 'node:os';
import { startVitest } from 'vitest/node';

/** What the workers may need to print their tables and to end. */
const LAST_MS = 10_000;

/** @param errorsOf  what is told of a module besides its table, where nobody interrupts */
export const runPlans = async (file, errorsOf) => {
  let exitCode = null;
  const interrupt = (vitest, signal) => {
    if (exitCode !== null) return;
    exitCode = 128 + constants.signals[signal];
    setTimeout(() => process.exit(exitCode), LAST_MS).unref();
    void vitest.cancelCurrentRun('keyboard-input');
  };
  /** Says which plan runs, and what broke; the verdicts stand in the table. */
  const reporter = {
    onInit: (vitest) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
        // Others would end us at once, before the table is there.
        process.removeAllListeners(signal);
        process.on(signal, () => interrupt(vitest, signal));
      }
    },
    onTestCaseReady: (test) => process.stdout.write(`${test.name}\n`),
    onTestRunEnd: (modules, errors) => {
      const told = exitCode === null ? [...modules.flatMap(errorsOf), ...errors] : [];
      for (const { name, stack, message } of told) {
        process.stdout.write(`${name === 'Mistake' ? message : (stack ?? message)}\n`);
      }
    },
  };
  const vitest = await startVitest('test', [file], {
    project: 'fire',
    watch: false,
    reporters: [reporter],
    disableConsoleIntercept: true,
  });
  await vitest.close();
  // Whatever is left of the run has nothing more to say.
  if (exitCode !== null) process.exit(exitCode);
};
