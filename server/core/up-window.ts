/** The bytes on their way to the target: takes each offset once, in order, and knows what the operating system has. */
import type { Writable } from 'node:stream';
import { NetwineError } from './errors.ts';

/** Pieces kept apart ahead of their turn: so many cost as much memory as the window does, and no client sends more. */
const MOST_RANGES = 1024;

/**
 *   handed        writing          next                    handed + capacity
 *     |  in flight   |  in the ring  |  gaps filled ahead of next  |
 *
 * One write is in flight at a time; the piece that begins the next one is held as it is. What comes behind it or
 * meanwhile, and what comes ahead of its turn, lies in one ring that is allocated when it is first needed and given
 * back when the client pauses.
 */
export class UpWindow {
  /** The next offset expected: contiguous bytes received. */
  next = 0;
  /** Bytes that the operating system has. */
  handed = 0;
  readonly capacity: number;
  readonly #target: Writable;
  readonly #changed: () => void;
  #writing = 0;
  #busy = false;
  /** The first piece of a write that waits for more pieces of the same turn. */
  #held: Uint8Array | null = null;
  #ring: Uint8Array | null = null;
  /** Ranges kept ahead of `next`, in order and apart. */
  #ahead: { from: number; to: number }[] = [];
  #endAt: number | null = null;
  #endSent = false;
  #dropped = false;

  /** @param changed called after bytes were handed to the operating system, so after `room` grew. */
  constructor(target: Writable, { capacity, changed }: { capacity: number; changed: () => void }) {
    this.#target = target;
    this.capacity = capacity;
    this.#changed = changed;
  }

  /** Bytes that may come now: the ring less what is not yet handed on. */
  get room(): number {
    return this.#dropped ? 0 : this.capacity - (this.next - this.handed);
  }

  /** The offset at which the client ends, once it said so. */
  get endAt(): number | null {
    return this.#endAt;
  }

  /** True when all before the client's end has come. */
  get ended(): boolean {
    return this.#endAt !== null && this.next === this.#endAt;
  }

  /**
   * Takes bytes that begin at or below `next`: repeats are dropped, what has no room is left.
   * @param more true where more of the same is likely in this turn of the event loop: then one write carries it all.
   * @returns how many bytes of the chunk are done with, repeats included.
   */
  accept(at: number, chunk: Uint8Array, { more = false } = {}): number {
    const repeated = Math.min(Math.max(this.next - at, 0), chunk.length);
    const fresh = chunk.subarray(repeated, repeated + this.room);
    if (fresh.length === 0) return repeated;
    if (!this.#busy && this.#writing === this.next && this.#ahead.length === 0) {
      this.next += fresh.length;
      this.#held = fresh;
    } else {
      this.#store(this.next, fresh);
      this.#advance();
    }
    if (!more || this.room === 0) this.#write();
    else if (!this.#busy) setImmediate(() => this.#write());
    return repeated + fresh.length;
  }

  /** True where bytes that begin beyond `next` have room, all of them; and gaps are not so many that they cost more than the bytes. */
  fitsAhead(at: number, length: number): boolean {
    if (at + length > this.next + this.room) return false;
    return this.#ahead.length < MOST_RANGES || this.#ahead.some(({ from, to }) => at <= to && at + length >= from);
  }

  /** Keeps bytes that begin beyond `next`; false, and nothing kept, unless they fit. */
  keepAhead(at: number, chunk: Uint8Array): boolean {
    if (!this.fitsAhead(at, chunk.length)) return false;
    if (chunk.length > 0) this.#store(at, chunk);
    return true;
  }

  /** Throws OFFSET where bytes from `at` on would go past the client's end; changes nothing. */
  checkWrite(at: number, length: number): void {
    if (this.#endAt !== null && at + length > this.#endAt) throw this.offsetFailure();
  }

  /** Throws OFFSET where the client ended elsewhere, or bytes past the offset have come; changes nothing. */
  checkEnd(at: number): void {
    const highest = this.#ahead.at(-1)?.to ?? this.next;
    if (this.#endAt === null ? at < highest : at !== this.#endAt) throw this.offsetFailure();
  }

  /** Half-closes the target when all before the offset is written. @throws OFFSET as `checkEnd` does */
  end(at: number): void {
    this.checkEnd(at);
    this.#endAt = at;
    this.#write();
  }

  /** What a request whose up offset does not fit is told. */
  offsetFailure(): NetwineError {
    return new NetwineError('OFFSET', { args: ['up', this.next, this.room] });
  }

  /** Gives the ring back where it is empty: a client that pauses costs no more than one that never wrote. */
  rest(): void {
    if (!this.#busy && this.#writing === this.next && this.#ahead.length === 0) this.#ring = null;
  }

  /** Drops what is kept; nothing is written any more. */
  drop(): void {
    this.#dropped = true;
    this.#held = null;
    this.#ring = null;
    this.#ahead = [];
  }

  #store(at: number, chunk: Uint8Array): void {
    this.#ring ??= Buffer.allocUnsafeSlow(this.capacity);
    const to = at + chunk.length;
    let from = at;
    // The first arrival wins: only what no earlier range covers is copied.
    for (const range of this.#ahead) {
      if (range.to <= from) continue;
      if (range.from >= to) break;
      this.#copy(from, chunk.subarray(from - at, Math.max(range.from - at, from - at)));
      from = Math.max(from, range.to);
    }
    if (from < to) this.#copy(from, chunk.subarray(from - at));
    this.#merge(at, to);
  }

  #copy(at: number, bytes: Uint8Array): void {
    const ring = this.#ring as Uint8Array;
    const index = at % this.capacity;
    const first = Math.min(bytes.length, this.capacity - index);
    ring.set(bytes.subarray(0, first), index);
    ring.set(bytes.subarray(first), 0);
  }

  #merge(from: number, to: number): void {
    const before = this.#ahead.filter((range) => range.to < from);
    const after = this.#ahead.filter((range) => range.from > to);
    const touching = this.#ahead.slice(before.length, this.#ahead.length - after.length);
    const whole = { from: Math.min(from, touching[0]?.from ?? from), to: Math.max(to, touching.at(-1)?.to ?? to) };
    this.#ahead = [...before, whole, ...after];
  }

  #advance(): void {
    const first = this.#ahead[0];
    if (!first || first.from > this.next) return;
    this.next = first.to;
    this.#ahead.shift();
  }

  /** Writes all that is in order, unless a write is in flight: its end calls this again. */
  #write(): void {
    if (this.#busy || this.#dropped) return;
    const bytes = this.next - this.#writing;
    if (bytes === 0) return this.#finish();
    const held = this.#held;
    const rest = bytes - (held?.length ?? 0);
    this.#held = null;
    this.#writing = this.next;
    this.#busy = true;
    const written = (error: Error | null | undefined): void => {
      if (error || this.#dropped) return;
      this.#busy = false;
      this.handed += bytes;
      this.#write();
      this.#changed();
    };
    if (held && rest === 0) this.#target.write(held, written);
    else if (!held) this.#target.write(this.#fromRing(this.next - rest, rest), written);
    else {
      this.#target.cork();
      this.#target.write(held);
      this.#target.write(this.#fromRing(this.next - rest, rest), written);
      this.#target.uncork();
    }
  }

  /** A copy: a target may hold on to what it was given, and the ring is written again as soon as this is handed on. */
  #fromRing(at: number, length: number): Buffer {
    const ring = this.#ring as Uint8Array;
    const index = at % this.capacity;
    const first = ring.subarray(index, Math.min(index + length, this.capacity));
    return Buffer.concat([first, ring.subarray(0, length - first.length)]);
  }

  #finish(): void {
    if (this.#endSent || this.#dropped || this.#busy || this.#writing !== this.#endAt) return;
    this.#endSent = true;
    this.#target.end();
  }
}
