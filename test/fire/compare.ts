/** What became of a stream of bytes on its way: how many are lost, doubled, or moved. */

export interface Difference {
  /** Bytes that did not arrive. */
  lost: number;
  /** Bytes that arrived more than once, each time but the first. */
  doubled: number;
  /** Bytes that arrived behind others that they were before, and bytes that nobody sent. */
  moved: number;
}

/** How many bytes in a row say where they belong; tried one after the other. */
const NEEDLES = [16, 5];
/** Bytes that nobody sent are looked for in vain, and each look goes through everything. */
const MOST_LOOKS = 2000;

const commonLength = (a: Buffer, b: Buffer): number => {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  return at;
};

/** Where these bytes belong, the nearest place behind `at` or else before it; -1 for none. */
const placeOf = (sent: Buffer, rest: Buffer, at: number): number => {
  for (const length of NEEDLES) {
    const needle = rest.subarray(0, length);
    const found = sent.indexOf(needle, at);
    if (found >= 0) return found;
    const before = sent.lastIndexOf(needle, at);
    if (before >= 0) return before;
  }
  return -1;
};

/** Pieces of what was sent, in the order of their arrival, as places in it. */
const piecesOf = (sent: Buffer, got: Buffer): { pieces: [from: number, to: number][]; strange: number } => {
  const pieces: [number, number][] = [];
  let strange = 0;
  let at = 0;
  for (let seen = 0, looks = 0; seen < got.length; ) {
    const length = commonLength(sent.subarray(at), got.subarray(seen));
    if (length > 0) pieces.push([at, at + length]);
    seen += length;
    at += length;
    if (seen === got.length) break;
    looks += 1;
    const place = looks > MOST_LOOKS ? -1 : placeOf(sent, got.subarray(seen), at);
    if (place >= 0) at = place;
    else {
      strange += 1;
      seen += 1;
    }
  }
  return { pieces, strange };
};

/** Tells what became of bytes none of which can be mistaken for others, as random ones. */
export const compare = (sent: Buffer, got: Buffer): Difference => {
  if (sent.equals(got)) return { lost: 0, doubled: 0, moved: 0 };
  const { pieces, strange } = piecesOf(sent, got);
  const arrived = new Uint8Array(sent.length);
  const difference = { lost: 0, doubled: 0, moved: strange };
  let furthest = 0;
  for (const [from, to] of pieces) {
    for (let at = from; at < to; at += 1) {
      if (arrived[at] === 1) difference.doubled += 1;
      else if (at < furthest) difference.moved += 1;
      arrived[at] = 1;
    }
    furthest = Math.max(furthest, to);
  }
  difference.lost = arrived.reduce((lost, byte) => lost + 1 - byte, 0);
  return difference;
};

/** Both taken together. */
export const sum = (a: Difference, b: Difference): Difference => ({
  lost: a.lost + b.lost,
  doubled: a.doubled + b.doubled,
  moved: a.moved + b.moved,
});

/** Every byte arrived once, in order. */
export const isWhole = ({ lost, doubled, moved }: Difference): boolean => lost + doubled + moved === 0;
