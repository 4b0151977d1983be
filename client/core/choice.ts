/** Which way to receive is tried next: by proof, never by the name of an engine, and remembered for a while. */
import type { Clock, Receiver } from './types.ts';

/** A verdict holds for so long; networks change. */
const VERDICT_MS = 1_800_000;

/** Where verdicts outlive a page; both may fail in silence. */
export interface Memory {
  load(): string;
  save(text: string): void;
}

export interface Choice<C> {
  /** What surely works: for the connect. */
  first(): Receiver<C>;
  /** The best that nothing speaks against; never a socket where there is anything else. */
  next(): Receiver<C>;
  /** A socket that is worth a try beside what runs, or null. */
  trial(): Receiver<C> | null;
  /** It carried what it should. */
  works(receiver: Receiver<C>): void;
  /** It holds back, or never opens: so does all of its kind. */
  fails(receiver: Receiver<C>): void;
  /** Its answers break again and again, and bring nothing. */
  cut(receiver: Receiver<C>): void;
}

/** @param receivers the best first; at least one of them must be usable. @throws where none is */
export const createChoice = <C>(receivers: Receiver<C>[], clock: Clock, memory: Memory): Choice<C> => {
  /** Until when nothing is tried by that name. */
  const badUntil: { [name: string]: number } = {};
  let sure: Receiver<C> | null = null;
  // `name 1700000000000` for each, with commas between them.
  const kept = memory.load().split(',');
  for (let i = 0; i < kept.length; i += 1) {
    const [name, until] = (kept[i] as string).split(' ') as [string, string];
    // One that is further away is of a clock that was wrong.
    if (Number(until) <= clock.now() + VERDICT_MS) badUntil[name] = Number(until);
  }
  const judge = ({ name }: Receiver<C>, until: number): void => {
    if ((badUntil[name] || 0) === until) return;
    badUntil[name] = until;
    const texts: string[] = [];
    for (const each in badUntil) texts.push(`${each} ${badUntil[each]}`);
    memory.save(texts.join(','));
  };
  for (let i = 0; i < receivers.length; i += 1) {
    const receiver = receivers[i] as Receiver<C>;
    // A poll, or the plainest.
    if (receiver.usable() && !(sure && sure.kind === 'poll')) sure = receiver;
  }
  if (!sure) throw new Error('This engine has no way to receive.');
  const surest = sure;
  const best = (socket: boolean): Receiver<C> | null => {
    for (let i = 0; i < receivers.length; i += 1) {
      const receiver = receivers[i] as Receiver<C>;
      const isGood = !((badUntil[receiver.name] as number) > clock.now());
      if ((receiver.kind === 'socket') === socket && isGood && receiver.usable()) return receiver;
    }
    return null;
  };
  const condemn = (receiver: Receiver<C>): void => judge(receiver, clock.now() + VERDICT_MS);
  return {
    first: () => surest,
    next: () => best(false) || surest,
    trial: () => best(true),
    works: (receiver) => judge(receiver, 0),
    fails: ({ kind }) => {
      // What holds one back holds all of them back.
      for (let i = 0; i < receivers.length; i += 1) {
        if ((receivers[i] as Receiver<C>).kind === kind) condemn(receivers[i] as Receiver<C>);
      }
    },
    cut: (receiver) => {
      // What surely works has nothing to fall back to.
      if (receiver !== surest) condemn(receiver);
    },
  };
};
