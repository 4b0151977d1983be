/** The down half's backpressure: lets a target run while its client's window has room, and stops it when there is none. */
import type { Duplex } from 'node:stream';
import type { Reader } from './reader.ts';
import type { Window } from './window.ts';

/** What is regulated: the down half of a session. */
export interface Flow {
  readonly window: Window;
  readonly reader: Reader | null;
  readonly target: Duplex;
  readonly discards: boolean;
}

/** A target that was stopped runs again when no more than this part of the window is taken. */
const RESUME_AT = 3 / 4;

/** To be called whenever bytes came, were taken or were acknowledged, and when the reader changes. */
export const regulate = ({ window, reader, target, discards }: Flow): void => {
  let kept = window.size;
  if (reader?.forgets) {
    kept = window.end - reader.position;
    // The last window of what was sent stays readable; more is dropped to make room.
    window.release(Math.min(reader.position, Math.max(window.start, window.end - window.capacity)));
  }
  if (kept >= window.capacity && !discards) {
    if (!target.isPaused()) target.pause();
    return;
  }
  // A reader that has all may not know that it should acknowledge: it gets the last quarter of its window too.
  const starves = reader?.position === window.end;
  if ((starves || kept <= window.capacity * RESUME_AT) && target.isPaused()) target.resume();
};
