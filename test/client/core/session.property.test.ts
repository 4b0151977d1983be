/** The property of the protocol with the real client and the real bridge: each byte once, whatever lies between them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../../support/memory-judge.ts';
import { type Plan, plans } from '../../support/memory-plan.ts';
import { NAMES } from '../../support/memory-receivers.ts';
import { runPlan, type Tamper } from '../../support/memory-run.ts';
import { CODINGS } from '../../support/memory-sender.ts';

/** Seeds in a test run; `PROTOCOL_SEEDS=100000` runs so many instead. */
const RUNS = Number(process.env.PROTOCOL_SEEDS ?? 200);
const CONTROL_RUNS = 200;

const holds = async (plan: Plan, tamper?: Tamper): Promise<void> => judge(await runPlan(plan, tamper), plan);

test(
  'each byte arrives once and in order, by every way, coding and move, for all sessions of all pages',
  {
    timeout: 3_600_000,
  },
  () =>
    fc.assert(
      fc.asyncProperty(plans, (plan) => holds(plan)),
      { numRuns: RUNS },
    ),
);

// The control must be red: a property that holds without a rule says nothing about it. Its seed stands, so that the
// complaint is the same each time.
test.each<[string, Tamper, RegExp]>([
  [
    'bytes come without their offset',
    (text) => text.replace(/(^|&)at=\d+/, ''),
    /the target got|BAD_REQUEST|closed with/,
  ],
  ['a connect comes without its nonce', (text) => text.replace(/^nonce=[^&]*&/, ''), /\d connections for \d connects/],
])('the property fails where %s', { timeout: 3_600_000 }, async (_, tamper, complaint) => {
  const details = await fc.check(
    fc.asyncProperty(plans, (plan) => holds(plan, tamper)),
    { seed: 1, numRuns: CONTROL_RUNS, endOnFailure: true },
  );
  expect(`${details.errorInstance}`).toMatch(complaint);
});

const plain: Plan = {
  seed: 1,
  sessions: [{ downBytes: 700, upBytes: 700, fate: 'whole' }],
  chunks: 'bytes',
  windowBytes: 64,
  upWindowBytes: 48,
  rate: 0,
  faults: 0,
  delay: 2,
  idle: 2,
  ways: [...NAMES],
  codings: [...CODINGS],
  shared: false,
  wander: 0.3,
  pauses: 0,
  reloads: [],
  second: 0,
};

test.each([
  ['alone', false],
  ['with others', true],
])('every way carries a session by itself, %s', async (_, shared) => {
  const one = { downBytes: 200, upBytes: 100, fate: 'whole' as const };
  for (const name of NAMES) {
    const plan = { ...plain, sessions: shared ? [one, one, one] : [one], shared, ways: [name], wander: null };
    const { names } = await runPlan(plan);
    judge(await runPlan(plan), plan);
    expect([...names]).toEqual([name]);
  }
});

const whole = (downBytes: number, upBytes: number) => ({ downBytes, upBytes, fate: 'whole' as const });

// Each was red before what it names was mended.
test.each<[string, Partial<Plan>]>([
  [
    'a post moves the bridge past a socket that has opened meanwhile',
    {
      seed: 93_444_578,
      sessions: [whole(2, 0), whole(95, 140)],
      chunks: 'strings',
      windowBytes: 16,
      upWindowBytes: 29,
      delay: 0,
      idle: 30,
      ways: ['websocket', 'xhr-stream', 'exchange'],
      codings: ['form-utf8'],
      wander: 0,
      reloads: [-43],
    },
  ],
  [
    'the last of several sessions that shared an answer goes on in a page that was reloaded',
    {
      sessions: [whole(300, 9), whole(60, 0), whole(60, 0), whole(60, 0)],
      windowBytes: 400,
      idle: 30,
      ways: ['fetch-stream', 'xhr-poll'],
      codings: ['raw'],
      shared: true,
      wander: null,
      reloads: [140],
    },
  ],
  [
    'a stream is open and an exchange would be next',
    {
      sessions: [whole(0, 249)],
      chunks: 'strings',
      windowBytes: 16,
      upWindowBytes: 1,
      delay: 0,
      idle: 0,
      ways: ['xdr', 'exchange'],
      codings: ['form-utf8'],
      second: 27,
    },
  ],
])('each byte arrives once where %s', async (_, plan) => {
  await holds({ ...plain, ...plan });
});

test('sixteen sessions in one growing document are no leak in the eyes of Node', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warned);
  const sessions = Array.from({ length: 16 }, () => whole(60, 0));
  await holds({ ...plain, sessions, windowBytes: 400, shared: true, wander: null, ways: ['html-frame', 'xhr-poll'] });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});
