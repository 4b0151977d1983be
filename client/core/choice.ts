/** Which way to receive is tried next: by proof, never by the name of an engine, and remembered for a while. */
import type { Clock, Kind, Receiver } from './types.ts';

/** A verdict holds for so long; networks change. */
const VERDICT_MS = 1_800_000;
/** So many answers in a row that broke without a byte are a verdict. */
const MOST_CUTS = 3;

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
  /** It holds back, or never opens. */
  fails(receiver: Receiver<C>): void;
  /** Its answer broke and brought nothing. */
  cut(receiver: Receiver<C>): void;
}

interface Verdict {
  good: boolean;
  at: number;
}

const surest: Kind[] = ['poll', 'exchange', 'stream', 'socket'];

/** @param receivers the best first; at least one of them must be usable. @throws where none is */
export const createChoice = <C>(receivers: Receiver<C>[], clock: Clock, memory: Memory): Choice<C> => {
  const verdicts: { [name: string]: Verdict } = {};
  const cuts: { [name: string]: number } = {};
  const usable: Receiver<C>[] = [];
  for (let i = 0; i < receivers.length; i += 1) {
    if ((receivers[i] as Receiver<C>).usable()) usable.push(receivers[i] as Receiver<C>);
  }
  if (usable.length === 0) throw new Error('This engine has no way to receive.');
  // `name good 1700000000000` for each, with commas between them.
  const kept = memory.load().split(',');
  for (let i = 0; i < kept.length; i += 1) {
    const words = (kept[i] as string).split(' ');
    if (words.length === 3) verdicts[words[0] as string] = { good: words[1] === 'good', at: Number(words[2]) };
  }
  const bad = ({ name }: Receiver<C>): boolean => {
    const verdict = verdicts[name];
    return verdict !== undefined && !verdict.good && clock.now() - verdict.at < VERDICT_MS;
  };
  const judge = ({ name }: Receiver<C>, good: boolean): void => {
    cuts[name] = 0;
    const before = verdicts[name];
    const news = !before || before.good !== good;
    verdicts[name] = { good, at: clock.now() };
    if (!news) return;
    const texts: string[] = [];
    for (const each in verdicts) {
      const verdict = verdicts[each] as Verdict;
      texts.push(`${each} ${verdict.good ? 'good' : 'bad'} ${verdict.at}`);
    }
    memory.save(texts.join(','));
  };
  let sure = usable[0] as Receiver<C>;
  for (let k = surest.length - 1; k >= 0; k -= 1) {
    for (let i = usable.length - 1; i >= 0; i -= 1) {
      if ((usable[i] as Receiver<C>).kind === surest[k]) sure = usable[i] as Receiver<C>;
    }
  }
  const best = (socket: boolean): Receiver<C> | null => {
    for (let i = 0; i < usable.length; i += 1) {
      const receiver = usable[i] as Receiver<C>;
      if ((receiver.kind === 'socket') === socket && !bad(receiver)) return receiver;
    }
    return null;
  };
  return {
    first: () => sure,
    next: () => best(false) || sure,
    trial: () => best(true),
    works: (receiver) => judge(receiver, true),
    fails: (receiver) => judge(receiver, false),
    cut: (receiver) => {
      const count = (cuts[receiver.name] || 0) + 1;
      cuts[receiver.name] = count;
      // What surely works has nothing to fall back to.
      if (count >= MOST_CUTS && receiver !== sure) judge(receiver, false);
    },
  };
};
