/** What a hostile proxy may do to a connection: cuts, holes, half-closes, delays, slices, repeats, lost answers. */

/** `up` is from the client to the server, `down` the way back. */
export type Side = 'up' | 'down';

/** How a connection is cut: an orderly end, or a reset. */
export type Cut = 'fin' | 'rst';

/** A place in the stream of one side. */
export interface Mark {
  side: Side;
  /** So many bytes of that side have passed; with 0 it is before any has. */
  after: number;
}

/** What happens to one connection; what is left out does not happen, and what is given is combined. */
export interface Fate {
  /**
   * Cuts both ends at the first of these marks that is reached. A reset may overtake bytes that the reader has not
   * fetched: then fewer arrive, never more.
   */
  cut?: CutMark | readonly CutMark[];
  /**
   * From there on all of that side vanishes, its end too, while both connections stay open; for so long where it is
   * said, and then they are reset. A total one swallows the other side too, as a cable does that is pulled.
   */
  blackHole?: Mark & { forMs?: number; isTotal?: true };
  /** There that side ends, and what it carries later is dropped; the other side goes on. */
  halfClose?: Mark;
  /** Every piece, of both sides, is held back this long. */
  delayMs?: number;
  /** Every piece is held back up to so long: what goes over several connections overtakes each other. */
  jitterMs?: number;
  /** Every write carries 1 to so many bytes. */
  sliceTo?: number;
  /** No more than so many bytes a second go on, each side for itself. */
  bytesPerSecond?: number;
  /**
   * What the client has sent is sent again over a fresh connection to the server as soon as it has been answered, or has
   * ended; the second answer is dropped. For requests that are whole before their answer begins.
   */
  repeat?: true;
  /** The answer is swallowed: its first byte cuts the client off, while the server may go on to the end of it. */
  dropAnswer?: Cut;
}

/** A place where a connection is cut. */
export type CutMark = Mark & { by: Cut };

/** Decides on a connection, by its number from 0 and by random numbers in [0, 1) that follow from seed and number. */
export type Plan = (index: number, random: () => number) => Fate;

/** The marks at which it is cut. */
export const cutsOf = ({ cut }: Fate): readonly CutMark[] => (cut === undefined ? [] : 'by' in cut ? [cut] : cut);
