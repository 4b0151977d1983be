/** What a run of pages in memory is made of: sessions and their fates, ways and codings, faults, reloads, a second page. */
import fc from 'fast-check';
import { NAMES } from './memory-receivers.ts';
import { CODINGS, type Coding } from './memory-sender.ts';

/** What becomes of a session: it runs to its end, is closed or left in the middle, or its target refuses or fails. */
export const FATES = ['whole', 'close', 'leave', 'refused', 'reset'] as const;
export type Fate = (typeof FATES)[number];

export interface SessionPlan {
  downBytes: number;
  upBytes: number;
  fate: Fate;
}

export interface Plan {
  seed: number;
  sessions: SessionPlan[];
  chunks: 'strings' | 'bytes';
  windowBytes: number;
  upWindowBytes: number;
  /** The probability of a fault where one could happen, how many there may be, and the longest delay in turns. */
  rate: number;
  faults: number;
  delay: number;
  /** The most turns that a target waits between two reads or writes. */
  idle: number;
  /** The ways to receive that this engine has. */
  ways: string[];
  codings: Coding[];
  /** One held answer for all sessions. */
  shared: boolean;
  /** The probability that an answer is followed by another way than the best; null for the choice of real pages. */
  wander: number | null;
  /** The probability that a program leaves a piece untaken for a while. */
  pauses: number;
  /** Turns between the reloads of the page, one after the other; below 0 for a page that dies without a word. */
  reloads: number[];
  /** After so many turns a second page goes on with the first session while the first one lives; 0 for none. */
  second: number;
}

const usually = <T>(value: T, weight: number, rarely: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: rarely });

const sessionsOf = (size: { least: number; most: number; bytes: number }): fc.Arbitrary<SessionPlan[]> => {
  const bytes = fc.integer({ min: 0, max: size.bytes });
  const fate = usually<Fate>('whole', 3, fc.constantFrom(...FATES));
  const session = fc.record({ downBytes: bytes, upBytes: bytes, fate });
  return fc.array(session, { minLength: size.least, maxLength: size.most });
};

const turns = fc.integer({ min: 1, max: 200 });

export const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  sessions: fc.oneof(
    { weight: 6, arbitrary: sessionsOf({ least: 1, most: 1, bytes: 800 }) },
    { weight: 3, arbitrary: sessionsOf({ least: 2, most: 4, bytes: 300 }) },
    { weight: 1, arbitrary: sessionsOf({ least: 5, most: 16, bytes: 60 }) },
  ),
  chunks: fc.constantFrom('strings', 'bytes'),
  windowBytes: fc.integer({ min: 16, max: 400 }),
  upWindowBytes: fc.integer({ min: 1, max: 300 }),
  rate: fc.constantFrom(0, 0.05, 0.2, 0.5),
  faults: fc.integer({ min: 0, max: 60 }),
  delay: fc.integer({ min: 0, max: 8 }),
  idle: fc.constantFrom(0, 2, 30),
  ways: fc.subarray([...NAMES], { minLength: 1 }),
  codings: fc.subarray([...CODINGS], { minLength: 1 }),
  shared: fc.boolean(),
  wander: fc.constantFrom(null, 0, 0.3),
  pauses: fc.constantFrom(0, 0, 0.3),
  reloads: usually<number[]>([], 3, fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 3 })),
  second: usually(0, 4, turns),
});
