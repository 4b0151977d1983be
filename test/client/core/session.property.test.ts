/** The property of the protocol with the real client: whatever the link does, both directions arrive exactly once, in order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Choice } from '../../../client/core/choice.ts';
import { createSession } from '../../../client/core/session.ts';
import type { Clock, Final, Receiver } from '../../../client/core/types.ts';
import { Session } from '../../../server/core/session.ts';
import { Link } from '../../support/link.ts';
import { bufferBytes, linkReceivers, linkSender, MS_A_TURN } from '../../support/link-transports.ts';
import { memoryPair, Random, Turns } from '../../support/memory-pair.ts';
import { Bridge, theRules } from '../../support/model-bridge.ts';
import { runTarget } from '../../support/model-target.ts';

/** Seeds in a test run; `PROTOCOL_SEEDS=100000` runs so many instead. */
const RUNS = Number(process.env.PROTOCOL_SEEDS ?? 500);
const MOST_TURNS = 600_000;

interface Plan {
  seed: number;
  downBytes: number;
  upBytes: number;
  windowBytes: number;
  upWindowBytes: number;
  rate: number;
  faults: number;
  delay: number;
  idle: number;
  /** The ways to receive that this engine has, the best first. */
  ways: string[];
  /** The probability that a poll is followed by another way than the best. */
  wander: number;
  /** The probability that the program leaves a piece untaken for a while. */
  pauses: number;
}

const WAYS = ['socket', 'stream', 'exchange', 'poll'];

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
  ways: fc.subarray(WAYS, { minLength: 1 }),
  wander: fc.constantFrom(0, 0.3),
  pauses: fc.constantFrom(0, 0, 0.3),
});

const clockOf = (turns: Turns, random: Random): Clock => ({
  now: () => turns.now * MS_A_TURN,
  setTimer: (run, ms) => turns.in(Math.ceil(ms / MS_A_TURN), run),
  random: () => random.below(1000) / 1000,
});

/** The real order of preference, but now and then another way, so that every move happens in mid-stream. */
const wandering = (receivers: Receiver<Buffer>[], random: Random, wander: number): Choice<Buffer> => {
  const plain = receivers.filter(({ kind }) => kind !== 'socket');
  const any = (list: Receiver<Buffer>[]): Receiver<Buffer> => list[random.below(list.length)] as Receiver<Buffer>;
  return {
    first: () => any(receivers),
    next: () =>
      plain.length === 0 ? any(receivers) : random.chance(wander) ? any(plain) : (plain[0] as Receiver<Buffer>),
    trial: () => receivers.find(({ kind }) => kind === 'socket') ?? null,
    works: () => {},
    fails: () => {},
    cut: () => {},
  };
};

const run = async (plan: Plan) => {
  const random = new Random(plan.seed);
  const turns = new Turns();
  const { near, far } = memoryPair({ seed: plan.seed, schedule: turns });
  const down = random.bytes(plan.downBytes);
  const up = random.bytes(plan.upBytes);
  const session = new Session(near, { ...plan, keepMs: 1000 });
  const link = new Link(turns, random, { rate: plan.rate, most: plan.faults, delay: plan.delay });
  const server = new Bridge(session, turns, theRules);
  const receivers = linkReceivers({ link, server, windowBytes: plan.windowBytes, random }).filter(({ name }) =>
    plan.ways.includes(name),
  );
  const received: number[] = [];
  const seen = { ended: 0, final: null as Final | null };
  let reader = 0;
  let held = 0;
  session.attach({ connect: true });
  const client = createSession<Buffer>({
    bytes: bufferBytes,
    clock: clockOf(turns, random),
    choice: wandering(receivers, random, plan.wander),
    sender: linkSender({ link, server }),
    verb: 'connect',
    connect: {},
    makeNonce: () => 'unused',
    nextReader: () => (reader += 1),
    saved: {
      down: {
        key: 'key',
        nonce: 'unused',
        reader: 0,
        received: 0,
        ended: false,
        info: { window: plan.windowBytes, up: plan.upWindowBytes, ping: 2.5, hold: 6 },
      },
      up: { taken: 0, rest: Buffer.alloc(0), endWanted: false, ended: false },
    },
    held: () => held,
    on: {
      open: () => {},
      data: (chunk) => {
        received.push(...chunk);
        if (plan.pauses === 0 || !random.chance(plan.pauses)) return;
        held += chunk.length;
        turns.in(random.below(40), () => {
          held -= chunk.length;
          client.took();
        });
      },
      end: () => {
        seen.ended += 1;
      },
      over: (final) => {
        seen.final = final;
      },
      change: () => {},
      save: () => {},
    },
  });
  const target = runTarget(far, { down, turns, idle: plan.idle });
  for (let at = 0; at < up.length; ) {
    const length = 1 + random.below(200);
    const piece = up.subarray(at, at + length);
    at += length;
    turns.in(random.below(30), () => {});
    client.write(piece);
  }
  client.end();
  await turns.run(() => seen.final !== null && (target.ended || far.destroyed), MOST_TURNS);
  return { session, client, received, seen, down, up, target };
};

const arrivesOnce = async (plan: Plan): Promise<void> => {
  const { session, received, seen, down, up, target } = await run(plan);
  if (!down.equals(Buffer.from(received))) throw new Error(`the client got ${received.length} other bytes`);
  if (!up.equals(Buffer.from(target.bytes))) throw new Error(`the target got ${target.bytes.length} other bytes`);
  expect([seen.ended, target.ended, session.code]).toEqual([1, true, 'CLOSED']);
  expect(seen.final).toMatchObject({ code: 'CLOSED', down: down.length, up: up.length });
};

test('both directions arrive exactly once, in order and to their ends, by every way and every move', {
  timeout: 120_000,
}, async () => {
  await fc.assert(fc.asyncProperty(plans, arrivesOnce), { numRuns: RUNS });
});

const small = {
  downBytes: 410,
  upBytes: 376,
  windowBytes: 16,
  upWindowBytes: 251,
  rate: 0,
  faults: 1,
  delay: 6,
  idle: 0,
};

test('a socket whose OK was overtaken by the answer of a post sends no byte at a wrong offset', async () => {
  await arrivesOnce({ ...small, seed: 1_802_694_692, ways: ['socket', 'poll'], wander: 0, pauses: 0 });
});
