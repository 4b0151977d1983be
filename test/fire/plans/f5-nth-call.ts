/** F5: the first call of a kind fails, then the second alone, and so on until a dialogue has no further one. */

import { leaksOf, startApp, watchProcess } from '../app-stage.ts';
import { Calls, failures } from '../failing-calls.ts';
import type { How, Point } from '../failing-target.ts';
import { type Arena, figure, type Plan, tally } from '../plan.ts';
import { Posts } from '../posts.ts';
import { comes } from '../session-case.ts';
import { converse, type Outcome } from '../short-dialogue.ts';

const sizes = { small: { rounds: 2 }, full: { rounds: 40 } };
const MOST_MS = 20_000;
/** More than any dialogue has. */
const MOST_CALLS = 2000;
const HANGS: Outcome = { word: null, faults: ['hangs'] };

/** Lets the n-th timer of the bridge fire at once. @returns what ends that */
const watchTimers = (calls: Calls): (() => void) => {
  const original = globalThis.setTimeout;
  globalThis.setTimeout = new Proxy(original, {
    apply: (target, self, [act, ms, ...rest]) => {
      const [, , caller = ''] = new Error('to see who calls').stack?.split('\n') ?? [];
      const isOurs = caller.includes('/server/') && !caller.includes('node_modules');
      return Reflect.apply(target, self, [act, isOurs && calls.next('timer') !== null ? 0 : ms, ...rest]);
    },
  });
  return () => {
    globalThis.setTimeout = original;
  };
};

/** Fails the first call, the second, and so on. @returns how many, and what was wrong */
const runPoint = async (
  [point, how]: readonly [Point, How],
  { calls, rounds, port }: { calls: Calls; rounds: number; port: number },
): Promise<{ failed: number; faults: string[] }> => {
  const faults: string[] = [];
  for (let n = 1; n <= MOST_CALLS; n += 1) {
    const posts = new Posts(port);
    calls.arm(point, how, n);
    let outcome = HANGS;
    await comes(
      converse(posts, port, rounds).then((one) => {
        outcome = one;
      }),
      MOST_MS,
    );
    const wasSpent = calls.isSpent;
    calls.disarm();
    posts.close();
    faults.push(...outcome.faults.map((fault) => `${point} ${n} fails (${how}): ${fault}`));
    if (!wasSpent && outcome.word !== null) faults.push(`no ${point} fails (${how}): ${outcome.word}`);
    if (!wasSpent || outcome === HANGS) return { failed: n - 1, faults };
  }
  return { failed: MOST_CALLS, faults: [...faults, `${point}: calls without end`] };
};

const run = async ({ size, report }: Arena): Promise<void> => {
  const { rounds } = sizes[size];
  const calls = new Calls();
  const watched = watchProcess();
  const running = await startApp({ policy: calls.policy, targets: { tcp: calls.connect } });
  const endTimers = watchTimers(calls);
  const faults: string[] = [];
  let failed = 0;
  for (const failure of failures) {
    const seen = await runPoint(failure, { calls, rounds, port: running.port });
    if (seen.failed === 0) faults.push(`${failure.join(' ')}: nothing has failed`);
    failed += seen.failed;
    faults.push(...seen.faults);
  }
  endTimers();
  const leaks = await leaksOf(running, () => calls.open.size);
  await running.app.close();
  watched.end();
  report({
    name: '',
    did: `${figure(failed)} calls that failed, by ${failures.length} kinds of failure`,
    lost: 0,
    doubled: 0,
    moved: 0,
    leaks,
    exits: watched.count(),
    faults: tally(faults),
  });
};

export const nthCall: Plan = {
  id: 'F5',
  about: 'the n-th look-up, dial, write, read, end or timer fails, for each n',
  aim: 'every answer is a definite one, no rejection is left alone, and nothing is left behind',
  run,
};
