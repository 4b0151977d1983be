/** What must hold at the end of a run: each byte once and in order, ends that are true, and one connection for a connect. */
import type { Program } from './memory-page.ts';
import type { Fate, Plan } from './memory-plan.ts';
import type { Ended, Outcome } from './memory-run.ts';

const startsWith = (whole: Buffer, part: readonly number[]): boolean =>
  whole.subarray(0, part.length).equals(Buffer.from(part));

/** How a session may end. */
const ENDS: Readonly<Record<Fate, readonly string[]>> = {
  whole: ['CLOSED'],
  close: ['CLOSED', 'LEFT'],
  leave: ['CLOSED', 'AWAY'],
  refused: ['REFUSED'],
  // A target that fails behind its last byte may have ended both directions before.
  reset: ['CLOSED', 'RESET'],
};
/** Of two pages with one session one is told so, finds that the other took what it had not, or hears that all is over. */
const OF_TWO = ['MOVED', 'OFFSET', 'GONE'];

const judgeEnd = ({ told, ended, final }: Program, { fate, down, up, targets, programs }: Ended): void => {
  const written = targets.at(-1)?.seen;
  if (final?.code === 'NO_ANSWER' && told.length > 0) throw new Error('answered, and then not');
  // One page has said that nobody wants the rest of what the target says, and the other hears of the close.
  if (fate === 'leave' && programs.length > 1) return;
  if (final?.code === 'RESET' && final.down !== undefined && told.length !== final.down) {
    throw new Error(`${told.length} of ${final.down} bytes were told before the reset`);
  }
  if (final?.code !== 'CLOSED') return;
  const totals = [told.length, ended, written?.bytes.length, written?.ended, final.down, final.up];
  const due = [down.length, 1, up.length, true, down.length, up.length];
  if (totals.join() !== due.join()) throw new Error(`closed with ${totals}, which should be ${due}`);
};

/** @throws Error for the first thing that does not hold */
export const judge = ({ sessions, nonces }: Outcome, { rate, faults }: Plan): void => {
  const dials = sessions.flatMap(({ targets }) => targets).length;
  if (dials > nonces) throw new Error(`${dials} connections for ${nonces} connects`);
  for (const session of sessions) {
    const { fate, programs, targets, down, up } = session;
    const isLeft = fate === 'close' || fate === 'leave';
    const ofTwo = programs.length === 1 ? [] : [...OF_TWO, ...(isLeft ? ['RESET'] : [])];
    const ends = [...ENDS[fate], ...ofTwo, ...(rate * faults > 0 ? ['NO_ANSWER'] : [])];
    for (const program of programs) {
      if (!startsWith(down, program.told)) throw new Error(`the program was told ${program.told.length} other bytes`);
      if (!ends.includes(`${program.final?.code}`))
        throw new Error(`${fate}, but it ended with ${program.final?.code}`);
      judgeEnd(program, session);
    }
    for (const { seen } of targets) {
      if (!startsWith(up, seen.bytes)) throw new Error(`the target got ${seen.bytes.length} other bytes`);
    }
    if (targets.filter(({ seen }) => seen.bytes.length > 0).length > 1) throw new Error('two targets got bytes');
  }
};
