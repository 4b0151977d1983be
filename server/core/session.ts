/** One connection to a target that outlives the requests that carry it: two byte streams by absolute offset. */
import type { Duplex } from 'node:stream';
import { type FailureCode, failures, NetwineError } from './errors.ts';
import { regulate } from './flow.ts';
import { makeId, makeKey } from './key.ts';
import { checkReaderNumber, Reader } from './reader.ts';
import { reset } from './reset.ts';
import type { Framing } from './target.ts';
import { UpWindow } from './up-window.ts';
import { Window } from './window.ts';

export type SessionState = 'open' | 'target-ended' | 'client-ended' | 'closed';

export interface SessionOptions {
  windowBytes: number;
  upWindowBytes: number;
  /** How long the session lives without a sign of its client. */
  keepMs: number;
  framing?: Framing;
  /** Called once, when the session is over; what is kept can still be read. */
  onClose?: (session: Session) => void;
}

export interface AttachOptions {
  /** The next down offset wanted; acknowledges all before it. Absent: the first byte kept. */
  from?: number | undefined;
  /** Absent: the highest seen + 1. */
  reader?: number | undefined;
  /** The answer of connect is reader 0, which does not count as shown. */
  connect?: boolean;
  forgets?: boolean;
  holds?: boolean;
}

/** A reader of a session, which it names. */
export type SessionReader = Reader<Session>;

/** Offsets follow PROTOCOL 3: `sent` is one past the last byte handed to a reader. */
export class Session {
  readonly id = makeId();
  /** A capability: never logged. */
  readonly key = makeKey();
  readonly window: Window;
  readonly up: UpWindow;
  readonly framing: Framing;
  readonly keepMs: number;
  readonly target: Duplex;
  sent = 0;
  targetEnded = false;
  /** What the target sends is dropped: its client wants no more of it. */
  discards = false;
  /** Set by the first request that shows the key. */
  used = false;
  /** Counts the signs of the client; transports and the sweep compare it with what they saw last. */
  signs = 0;
  /** How the client writes: the first write decides between offsets and appends. */
  writes: 'offsets' | 'appends' | null = null;
  reader: SessionReader | null = null;
  highestReader = 0;
  #readerShown = false;
  #finished = false;
  #code: FailureCode | null = null;
  #finalUp = 0;
  readonly #onClose: ((session: Session) => void) | undefined;
  readonly #waiting = new Set<() => void>();

  /** @param target connected, and with an error listener of its own from its first moment. */
  constructor(target: Duplex, options: SessionOptions) {
    this.target = target;
    this.window = new Window(options.windowBytes);
    this.up = new UpWindow(target, { capacity: options.upWindowBytes, changed: () => this.#changed() });
    this.framing = options.framing ?? 'bytes';
    this.keepMs = options.keepMs;
    this.#onClose = options.onClose;
    target.on('error', (error) => this.close(error instanceof NetwineError ? error.code : 'RESET'));
    target.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    target.on('end', () => this.#targetEnd());
    target.on('finish', () => this.#clientEnd());
    target.on('close', () => this.close(this.targetEnded && this.#finished ? 'CLOSED' : 'RESET'));
  }

  get state(): SessionState {
    if (this.#code) return 'closed';
    if (this.targetEnded) return 'target-ended';
    return this.#finished ? 'client-ended' : 'open';
  }

  /** Why the session is over, or null while it is not. */
  get code(): FailureCode | null {
    return this.#code;
  }

  /** Bytes from the target, and bytes that the operating system has. */
  get totals(): { down: number; up: number } {
    return { down: this.window.end, up: this.#code ? this.#finalUp : this.up.handed };
  }

  /** The record that ends the session, without its line end; null while it lives. */
  get finalRecord(): string | null {
    if (!this.#code) return null;
    return `ERR ${this.#code} ${this.totals.down} ${this.totals.up} ${failures[this.#code].text}`;
  }

  /** Notes a sign of the client. */
  touch(): void {
    if (!this.#code) this.signs += 1;
  }

  /**
   * Makes a reader the newest one; the one before it learns the new number.
   * @returns the reader, or the number of a newer one where this request is stale.
   * @throws OFFSET, BAD_REQUEST; then nothing has changed.
   */
  attach(options: AttachOptions): SessionReader | number {
    const { from = this.window.start, forgets = false, holds = false, connect = false } = options;
    const number = connect ? 0 : (options.reader ?? this.highestReader + 1);
    if (number < this.highestReader) return this.highestReader;
    checkReaderNumber(number, { highest: this.highestReader, shown: this.#readerShown });
    if (from < this.window.start || from > this.sent) throw this.#offsetDown();
    if (options.reader !== undefined && !connect) this.#readerShown = true;
    this.highestReader = number;
    const previous = this.reader;
    this.reader = new Reader(this, { from, number, forgets, holds });
    previous?.supersede(number);
    this.ack(from);
    regulate(this);
    return this.reader;
  }

  /** Reserves a number for a reader that comes later, by ticket. @returns it, or null where it is stale. @throws BAD_REQUEST */
  reserve(reader: number = this.highestReader + 1): number | null {
    if (reader < this.highestReader) return null;
    checkReaderNumber(reader, { highest: this.highestReader, shown: this.#readerShown });
    return reader;
  }

  /** Throws what `ack` would throw, and changes nothing. */
  checkAck(to: number): void {
    if (to > this.sent) throw this.#offsetDown();
  }

  /** The client has all before the offset. Lower offsets do nothing. @throws OFFSET beyond what was sent */
  ack(to: number): void {
    this.checkAck(to);
    if (to <= this.window.start) return;
    this.window.release(to);
    const { reader } = this;
    // A reader that the acknowledgement overtook cannot go on without a gap: it was a repeat of an older request.
    if (reader && reader.position < to) reader.supersede(reader.number);
    // Raised after the end it prolongs the time for which the rest is kept.
    this.signs += 1;
    regulate(this);
    this.reader?.wake();
  }

  /** Half-closes the target when everything before the offset is written. @throws OFFSET */
  end(at: number): void {
    this.up.end(at);
    this.#changed();
  }

  /** Calls back whenever something changed for a writer: room, an end, or the session is over. @returns a way to stop */
  onRoom(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** How many writers wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Ends the session. What the target sent stays readable; what was not written yet is dropped. Safe to repeat. */
  close(code: FailureCode): void {
    if (this.#code) return;
    this.#finalUp = this.up.handed;
    this.#code = code;
    this.signs += 1;
    this.up.drop();
    reset(this.target, code);
    this.#changed();
    this.#onClose?.(this);
  }

  /**
   * Writes what is still to come before the client's end, half-closes, and drops what the target sends. The session
   * is over when the target ends too, or after the time given.
   * @throws OFFSET
   */
  leave(endAt: number, waitMs: number): void {
    this.end(endAt);
    if (this.#code) return;
    this.discards = true;
    if (this.target.isPaused()) this.target.resume();
    const timer = setTimeout(() => this.close(this.up.handed === endAt ? 'CLOSED' : 'RESET'), waitMs);
    this.target.once('close', () => clearTimeout(timer));
  }

  /** For readers only. */
  took(reader: Reader): void {
    if (reader.position > this.sent) this.sent = reader.position;
    if (reader.forgets || (reader.position === this.window.end && this.target.isPaused())) regulate(this);
  }

  /** For readers only. */
  left(reader: Reader): void {
    if (this.reader === reader) this.reader = null;
  }

  #offsetDown(): NetwineError {
    return new NetwineError('OFFSET', { args: ['down', this.window.start, this.sent] });
  }

  #receive(chunk: Uint8Array): void {
    if (this.#code || this.discards) return;
    this.window.append(chunk);
    regulate(this);
    this.reader?.wake();
  }

  #targetEnd(): void {
    // After a close bytes were dropped, and an end behind them would be one at the wrong offset.
    if (this.#code) return;
    this.targetEnded = true;
    this.reader?.wake();
    if (this.#finished) this.close('CLOSED');
  }

  #clientEnd(): void {
    this.#finished = true;
    if (this.targetEnded) this.close('CLOSED');
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
    this.reader?.wake();
  }
}
