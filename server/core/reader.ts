/** One attachment to a session's down stream: pulls bytes from an offset until a newer reader takes over. */
import { NetwineError } from './errors.ts';
import type { Window } from './window.ts';

/** The first number shown with a key may be any below this; later ones are close to the highest seen. [PROTOCOL 3, receive] */
const NUMBERS = 2 ** 31;
const LEAP = 1000;

/** @param seen the highest number so far, and whether any was shown with the key yet. @throws BAD_REQUEST */
export const checkReaderNumber = (number: number, seen: { highest: number; shown: boolean }): void => {
  if (number <= (seen.shown ? seen.highest + LEAP : NUMBERS - 1)) return;
  throw new NetwineError('BAD_REQUEST', { text: 'reader is too far above the highest seen' });
};

/** What a reader reads: the down half of a session. */
export interface Source {
  readonly window: Window;
  readonly state: string;
  readonly targetEnded: boolean;
  readonly discards: boolean;
  /** Learns of every take. */
  took(reader: Reader): void;
  /** Learns that the reader has left. */
  left(reader: Reader): void;
}

export class Reader<S extends Source = Source> {
  readonly session: S;
  /** The number under which it attached. [PROTOCOL 3, receive] */
  readonly number: number;
  /** The next offset that `take` gives. */
  position: number;
  /** Sent bytes may be dropped for new ones: a `raw` answer of a client that never acknowledges. */
  readonly forgets: boolean;
  /** An open answer of this reader is a sign of the client as long as it takes bytes or has none to take. */
  readonly holds: boolean;
  /** Set by the transport while the response takes no more. */
  blocked = false;
  #wake: (() => void) | null = null;
  #movedTo: number | null = null;
  #taken = false;

  constructor(session: S, at: { from: number; number: number; forgets: boolean; holds: boolean }) {
    this.session = session;
    this.position = at.from;
    this.number = at.number;
    this.forgets = at.forgets;
    this.holds = at.holds;
  }

  /** The number of the reader that took over, or null. */
  get moved(): number | null {
    return this.#movedTo;
  }

  /** True when the target has finished sending and every byte was taken. */
  get ended(): boolean {
    return this.session.targetEnded && !this.session.discards && this.position === this.session.window.end;
  }

  /** True when the session is over and every byte that is kept was taken: the final record is due. */
  get over(): boolean {
    return this.session.state === 'closed' && this.position === this.session.window.end;
  }

  /** True when all that the client's window allows is taken: only an acknowledgement brings more. */
  get exhausted(): boolean {
    return this.position >= this.#limit;
  }

  /** True when `take` would give bytes. */
  get ready(): boolean {
    return this.#movedTo === null && this.position < Math.min(this.session.window.end, this.#limit);
  }

  /** The next bytes, at most so many, not copied; null when there are none now. */
  take(maxBytes: number): Uint8Array | null {
    if (!this.ready) return null;
    const chunk = this.session.window.at(this.position);
    const length = Math.min(chunk.length, maxBytes, this.#limit - this.position);
    this.position += length;
    this.#taken = true;
    this.session.took(this);
    return length === chunk.length ? chunk : chunk.subarray(0, length);
  }

  /** Calls back whenever something may have changed: bytes, an end, room for more, a newer reader. */
  onChange(wake: (() => void) | null): void {
    this.#wake = wake;
  }

  /** Leaves the session to whoever comes next. Safe to repeat. */
  detach(): void {
    this.#wake = null;
    this.session.left(this);
  }

  /** For the session only: something changed. */
  wake(): void {
    this.#wake?.();
  }

  /** For the session only: another reader took over. */
  supersede(by: number): void {
    this.#movedTo = by;
    this.#wake?.();
  }

  /** For the session only: whether the open answer counts as a sign of the client since the last call. */
  alive(): boolean {
    const alive = this.holds && (!this.blocked || this.#taken);
    this.#taken = false;
    return alive;
  }

  get #limit(): number {
    return this.forgets ? Infinity : this.session.window.start + this.session.window.capacity;
  }
}
