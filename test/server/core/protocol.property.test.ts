/** The property of the protocol: whatever the link does, both directions arrive exactly once, in order, to their ends. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Session } from '../../../server/core/session.ts';
import { Link } from '../../support/link.ts';
import { memoryPair, Random, Turns } from '../../support/memory-pair.ts';
import { Bridge, type Rules, theRules } from '../../support/model-bridge.ts';
import { ModelClient } from '../../support/model-client.ts';
import { MOST_PIECE, runTarget } from '../../support/model-target.ts';

/** Seeds in a test run; `PROTOCOL_SEEDS=100000` runs so many instead. */
const RUNS = Number(process.env.PROTOCOL_SEEDS ?? 2000);
const CONTROL_RUNS = 300;
const MOST_TURNS = 300_000;

interface Plan {
  seed: number;
  downBytes: number;
  upBytes: number;
  windowBytes: number;
  upWindowBytes: number;
  /** The probability of a fault where one could happen, how many there may be, and the longest delay in turns. */
  rate: number;
  faults: number;
  delay: number;
  /** The most turns that the target waits between two reads or writes. */
  idle: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  downBytes: fc.integer({ min: 0, max: 800 }),
  upBytes: fc.integer({ min: 0, max: 800 }),
  windowBytes: fc.integer({ min: 16, max: 400 }),
  upWindowBytes: fc.integer({ min: 1, max: 300 }),
  rate: fc.constantFrom(0, 0.05, 0.2, 0.5),
  faults: fc.integer({ min: 0, max: 60 }),
  delay: fc.integer({ min: 0, max: 8 }),
  idle: fc.constantFrom(0, 2, 30),
});

interface Run {
  session: Session;
  client: ModelClient;
  down: Buffer;
  up: Buffer;
  target: ReturnType<typeof runTarget>;
}

/** Runs a whole session over a bad link, to its final record. @throws Error where memory is kept or something waits for ever */
const run = async (plan: Plan, { rules = theRules, dropAfter = Infinity } = {}): Promise<Run> => {
  const random = new Random(plan.seed);
  const turns = new Turns();
  const { near, far } = memoryPair({ seed: plan.seed, schedule: turns, dropAfter });
  const down = random.bytes(plan.downBytes);
  const up = random.bytes(plan.upBytes);
  const session = new Session(near, { ...plan, keepMs: 1000 });
  const link = new Link(turns, random, { rate: plan.rate, most: plan.faults, delay: plan.delay });
  const client = new ModelClient({ ...plan, server: new Bridge(session, turns, rules), link, random, up });
  const target = runTarget(far, { down, turns, idle: plan.idle });
  session.attach({ connect: true });
  client.start();
  await turns.run(() => {
    checkMemory(session);
    return client.final !== null && (target.ended || far.destroyed);
  }, MOST_TURNS);
  if (session.waiting > 0) throw new Error('a writer still waits after the end');
  return { session, client, down, up, target };
};

const checkMemory = ({ window, up }: Session): void => {
  if (window.size > window.capacity + MOST_PIECE) throw new Error(`the down window keeps ${window.size} bytes`);
  if (up.room < 0 || up.next - up.handed > up.capacity)
    throw new Error(`the up window keeps ${up.next - up.handed} bytes`);
};

/** The property: each byte once, both ends, and a session that closes as a clean one does. */
const arrivesOnce = async (plan: Plan, rules?: Rules): Promise<void> => {
  const { session, client, target, down, up } = await run(plan, rules ? { rules } : {});
  if (!down.equals(Buffer.from(client.received))) throw new Error('the client got other bytes');
  if (!up.equals(Buffer.from(target.bytes))) throw new Error('the target got other bytes');
  expect([client.ended, target.ended, session.code]).toEqual([true, true, 'CLOSED']);
  expect(client.final?.slice(0, 3)).toEqual(['CLOSED', `${down.length}`, `${up.length}`]);
};

const startsWith = (whole: Buffer, part: readonly number[]): boolean =>
  whole.subarray(0, part.length).equals(Buffer.from(part));

test(
  'both directions arrive exactly once, in order and to their ends, whatever the link does',
  { timeout: 3_600_000 },
  () =>
    fc.assert(
      fc.asyncProperty(plans, (plan) => arrivesOnce(plan)),
      { numRuns: RUNS },
    ),
);

test(
  'a target that fails in the middle costs no byte that came from it, and is told as a reset',
  { timeout: 3_600_000 },
  () =>
    fc.assert(
      fc.asyncProperty(plans, fc.double({ min: 0, max: 0.99, noNaN: true }), async (plan, part) => {
        fc.pre(plan.downBytes + plan.upBytes > 0);
        const dropAfter = Math.max(1, Math.floor((plan.downBytes + plan.upBytes) * part));
        const { session, client, target, down, up } = await run(plan, { dropAfter });
        expect(startsWith(down, client.received)).toBe(true);
        expect(startsWith(up, target.bytes)).toBe(true);
        expect(client.received.length).toBe(session.window.end);
        expect(client.final?.slice(0, 2)).toEqual(['RESET', `${client.received.length}`]);
      }),
      { numRuns: RUNS / 4 },
    ),
);

test('one run reads by stream, poll, exchange and socket', async () => {
  const plan = {
    seed: 5,
    downBytes: 900,
    upBytes: 900,
    windowBytes: 64,
    upWindowBytes: 48,
    faults: 60,
    delay: 8,
    idle: 2,
  };
  const { client } = await run({ ...plan, rate: 0.2 });
  for (const count of Object.values(client.ways)) expect(count).toBeGreaterThan(0);
});

// The control must be red: a property that holds without a rule says nothing about it. Its seed stands, so that the
// complaint is the same each time.
test.each<[string, Partial<Rules>, RegExp]>([
  ['repeats are not trimmed', { trimsRepeats: false }, /the target got other bytes|more was taken/],
  ['an acknowledgement is taken for all that was sent', { acknowledgesWhatWasSaid: false }, /NO OFFSET down/],
  [
    'a reader begins at the first byte kept, wherever it asked to',
    { attachesWhereAsked: false },
    /the client got other bytes|bytes are missing|outside what is kept/,
  ],
])('the property fails where %s', { timeout: 3_600_000 }, async (_, broken, complaint) => {
  const details = await fc.check(
    fc.asyncProperty(plans, (plan) => arrivesOnce(plan, { ...theRules, ...broken })),
    { seed: 1, numRuns: CONTROL_RUNS, endOnFailure: true },
  );
  expect(`${details.errorInstance}`).toMatch(complaint);
});
