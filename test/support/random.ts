/** Numbers that follow from a seed alone, for faults that can be had again. */

/** Numbers in [0, 1) that follow from the seed alone: xorshift with 32 bits of state. [Marsaglia 2003] */
export function randomFrom(seed: number): () => number {
  let state = seed === 0 ? 1 : seed | 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // Seeds that differ in a few low bits begin alike: let them drift apart first.
  for (let turn = 0; turn < 8; turn++) next();
  return next;
}

/** A seed for the part of that number, apart from those of all other parts. */
export const seedOf = (seed: number, part: number): number => Math.imul(seed, 0x9e3779b1) ^ part;

/** A whole number from `least` to `most`, as often of one length as of another. */
export const anyLength = (random: () => number, least: number, most: number): number =>
  Math.min(most, Math.floor(least * ((most + 1) / least) ** random()));
