/** F5: the first call of a kind fails, then the second alone, and so on until a dialogue has no further one. */

import { leaksOf, startApp, watchProcess } from '../app-stage.ts';
import { Calls, failures } from '../failing-calls.ts';
import type { How, Point } from '../failing-target.ts';
import { type Arena, figure, type Plan, type Replay, type Row, tally, WHOLE } from '../plan.ts';
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

/** One dialogue in which the n-th call of a point fails. */
interface Case {
  point: Point;
  how: How;
  n: number;
  rounds: number;
}

/** @returns whether there was an n-th call, and what was wrong */
const runCase = async (
  { point, how, n, rounds }: Case,
  { calls, port }: { calls: Calls; port: number },
): Promise<{ wasSpent: boolean; hangs: boolean; faults: string[] }> => {
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
  const faults = outcome.faults.map((fault) => `${point} ${n} fails (${how}): ${fault}`);
  if (!wasSpent && outcome.word !== null) faults.push(`no ${point} fails (${how}): ${outcome.word}`);
  return { wasSpent, hangs: outcome === HANGS, faults };
};

/** What was done to one application. */
interface Done {
  failed: number;
  faults: string[];
  /** The first case in which something was wrong. */
  red: Case | null;
}

/** Fails the first call, the second, and so on. */
const runPoint = async (
  [point, how]: readonly [Point, How],
  { done, rounds, ...on }: { done: Done; calls: Calls; rounds: number; port: number },
): Promise<void> => {
  for (let n = 1; n <= MOST_CALLS; n += 1) {
    const one: Case = { point, how, n, rounds };
    const { wasSpent, hangs, faults } = await runCase(one, on);
    done.faults.push(...faults);
    if (faults.length > 0) done.red ??= one;
    if (wasSpent) done.failed += 1;
    else if (n === 1) done.faults.push(`${point} ${how}: nothing has failed`);
    if (!wasSpent || hangs) return;
  }
  done.faults.push(`${point}: calls without end`);
};

/** Starts an application, lets things be done to it, and looks at what they left. */
const onApp = async (act: (on: { done: Done; calls: Calls; port: number }) => Promise<void>): Promise<Row> => {
  const calls = new Calls();
  const watched = watchProcess();
  const running = await startApp({ policy: calls.policy, targets: { tcp: calls.connect } });
  const endTimers = watchTimers(calls);
  const done: Done = { failed: 0, faults: [], red: null };
  await act({ done, calls, port: running.port });
  endTimers();
  const leaks = await leaksOf(running, () => calls.open.size);
  await running.app.close();
  watched.end();
  return {
    name: '',
    did: `${figure(done.failed)} calls that failed, by ${failures.length} kinds of failure`,
    ...WHOLE,
    leaks,
    exits: watched.count(),
    faults: tally(done.faults),
    ...(done.red === null ? {} : { script: done.red }),
  };
};

const run = async ({ size, report }: Arena): Promise<void> => {
  const { rounds } = sizes[size];
  const row = await onApp(async (on) => {
    for (const failure of failures) await runPoint(failure, { ...on, rounds });
  });
  report(row);
};

const replay: Replay = async (given, { report }) => {
  const one = given as Case;
  const row = await onApp(async ({ done, ...on }) => {
    const { wasSpent, faults } = await runCase(one, on);
    done.failed = wasSpent ? 1 : 0;
    done.faults.push(...faults);
    done.red = faults.length > 0 ? one : null;
  });
  report({ ...row, did: '1 dialogue in which a call fails' });
};

export const nthCall: Plan = {
  id: 'F5',
  about: 'the n-th look-up, dial, write, read, end or timer fails, for each n',
  aim: 'every answer is a definite one, no rejection is left alone, and nothing is left behind',
  run,
  replays: { '': replay },
};
