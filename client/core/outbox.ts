/** What was written and is not yet with the bridge: pieces by offset, freed as they are taken. */
import type { Bytes } from './types.ts';

export interface Outbox<C> {
  /** One past the last byte written. */
  written(): number;
  /** The offset up to which the bridge has everything. */
  taken(): number;
  add(chunk: C): void;
  /** The bytes from an offset on, at most so many; null where there are none. */
  from(at: number, most: number): C | null;
  /** Frees what lies before an offset. */
  free(to: number): void;
  /** All that is kept, for a later page. */
  rest(): C;
}

/** @param start the offset of the first byte. */
export const createOutbox = <C>(bytes: Bytes<C>, start: number): Outbox<C> => {
  let pieces: C[] = [];
  let taken = start;
  let written = start;
  return {
    written: () => written,
    taken: () => taken,
    add: (chunk) => {
      const size = bytes.size(chunk);
      if (size === 0) return;
      pieces.push(chunk);
      written += size;
    },
    from: (at, most) => {
      const chosen: C[] = [];
      let offset = taken;
      let left = most;
      for (let i = 0; i < pieces.length && left > 0; i += 1) {
        const piece = pieces[i] as C;
        const size = bytes.size(piece);
        const skip = Math.max(at - offset, 0);
        if (skip < size) {
          const end = Math.min(size, skip + left);
          chosen.push(skip === 0 && end === size ? piece : bytes.cut(piece, skip, end));
          left -= end - skip;
        }
        offset += size;
      }
      if (chosen.length === 0) return null;
      return chosen.length === 1 ? (chosen[0] as C) : bytes.join(chosen);
    },
    free: (to) => {
      while (pieces.length > 0 && taken < to) {
        const first = pieces[0] as C;
        const size = bytes.size(first);
        if (taken + size <= to) {
          pieces = pieces.slice(1);
          taken += size;
        } else {
          pieces[0] = bytes.cut(first, to - taken, size);
          taken = to;
        }
      }
    },
    rest: () => bytes.join(pieces),
  };
};
