/** The fates that a session's connections meet, drawn from its seed. */
import { type Cut, type CutMark, cutsOf, type Fate, type Mark } from '../support/fate.ts';
import { anyLength } from '../support/random.ts';

/** Longer than the heads of a request and its answer, those of a browser, too. */
const HEADS = 1500;
/** So many connections in a row may carry nothing: each costs its client a wait that doubles, and it gives up in the end. */
const MOST_IN_VAIN = 3;

/** Any place, a third of them in a head. */
const place = (random: () => number, most: number): number =>
  random() < 0.2 ? anyLength(random, 1, HEADS) : anyLength(random, HEADS, most);

/** A cut somewhere on either side, whichever place is reached first. */
const bothSides = (random: () => number, most: number, by: Cut): readonly CutMark[] => [
  { side: 'up', after: place(random, most), by },
  { side: 'down', after: place(random, most), by },
];

const oneSide = (random: () => number, most: number): Mark => ({
  side: random() < 0.5 ? 'up' : 'down',
  after: place(random, most),
});

/** How a connection ends before its time. */
const end = (random: () => number, most: number): Fate => {
  const by: Cut = random() < 0.5 ? 'fin' : 'rst';
  const kind = random();
  if (kind < 0.04) return { blackHole: { ...oneSide(random, most), forMs: anyLength(random, 50, 3000) } };
  // The side that goes on may never end by itself.
  if (kind < 0.1) return { halfClose: oneSide(random, most), cut: bothSides(random, 2 * most, by) };
  if (kind < 0.18) return { dropAnswer: by };
  return { cut: bothSides(random, most, by) };
};

/** How its bytes travel until then. */
const manner = (random: () => number): Fate => {
  const kind = random();
  if (kind < 0.1) return { sliceTo: anyLength(random, 200, 20_000) };
  if (kind < 0.2) return { delayMs: anyLength(random, 1, 8) };
  if (kind < 0.3) return { jitterMs: anyLength(random, 1, 20) };
  if (kind < 0.33) return { bytesPerSecond: anyLength(random, 500_000, 5_000_000), sliceTo: 20_000 };
  if (kind < 0.37) return { repeat: true };
  return {};
};

export interface FateOptions {
  /** How many connections are ended. */
  count: number;
  /** The furthest place of a cut. */
  most: number;
}

const isInVain = (fate: Fate): boolean =>
  fate.dropAnswer !== undefined ||
  [...cutsOf(fate), fate.blackHole, fate.halfClose].some((mark) => mark !== undefined && mark.after < HEADS);

/** By the number of the connection; those behind the last one are left alone. */
export const drawFates = (random: () => number, { count, most }: FateOptions): Fate[] => {
  const fates: Fate[] = [];
  while (fates.length < count) {
    const fate = { ...manner(random), ...end(random, most) };
    const last = fates.slice(-MOST_IN_VAIN);
    if (last.length < MOST_IN_VAIN || !isInVain(fate) || !last.every(isInVain)) fates.push(fate);
  }
  return fates;
};
