/** The up part of send and exchange: judged first, then in effect in order, and told how far it came. [PROTOCOL 3, send] */
import { NetwineError } from '../core/errors.ts';
import type { Session } from '../core/session.ts';
import { type Coding, codings, createDecoder } from './coding.ts';
import type { Ask } from './context.ts';
import type { Parameters } from './parameters.ts';
import { waitForRoom } from './room.ts';

/** What a request wants done to the up stream. */
export interface Up {
  /** Offset of the payload's first byte; undefined for an append. */
  at: number | undefined;
  ack: number | undefined;
  /** Where the client ends; 'here' is after this payload, for appends. */
  end: number | 'here' | undefined;
  coding: Coding;
}

export interface UploadOptions {
  maxBodyBytes: number;
  /** How long it waits for a target that takes nothing; 0 never waits. */
  waitMs: number;
}

/** How an upload ended: its body was whole, it was cut off on its way, or the target stalled and the rest is not read. */
export type Uploaded = { how: 'whole' | 'cut' | 'stalled'; bytes: number };

/** A coded body is judged as a whole, so it lies in memory until it is. */
export const MOST_CODED_BYTES = 1024 * 1024;

/** Thrown to stop reading a body whose rest has no room. */
class Stall extends Error {}

/** @throws BAD_REQUEST */
export const readUp = (parameters: Parameters): Up => {
  const at = parameters.number('at');
  const here = parameters.text('end') === '';
  if (here && at !== undefined) {
    throw new NetwineError('BAD_REQUEST', { text: 'end needs an offset where at is given' });
  }
  return {
    at,
    ack: parameters.number('ack'),
    end: here ? 'here' : parameters.number('end'),
    coding: parameters.oneOf('body', codings) ?? 'raw',
  };
};

/** One request's bytes on their way into a session. */
export class Upload {
  readonly #ask: Ask;
  readonly #session: Session;
  readonly #up: Up;
  readonly #options: UploadOptions;
  #at: number | undefined;
  #bytes = 0;

  constructor(ask: Ask, session: Session, { up, options }: { up: Up; options: UploadOptions }) {
    this.#ask = ask;
    this.#session = session;
    this.#up = up;
    this.#options = options;
    this.#at = up.at;
  }

  /** @throws OFFSET, BAD_REQUEST, TOO_LARGE; nothing has changed then, but by a body that grew too large on its way */
  async run(): Promise<Uploaded> {
    const { declared } = this.#ask.payload;
    if (declared !== null && declared > this.#options.maxBodyBytes) throw new NetwineError('TOO_LARGE');
    const how = this.#up.coding === 'raw' && !this.#ahead ? await this.#stream(declared) : await this.#whole();
    if (how === 'whole' && this.#up.end === 'here') this.#session.end(this.#session.up.next);
    return { how, bytes: this.#bytes };
  }

  /** True when the payload begins beyond what has come; no payload begins nowhere. */
  get #ahead(): boolean {
    return this.#at !== undefined && this.#at > this.#session.up.next && this.#ask.payload.declared !== 0;
  }

  /** Takes the body as it comes. */
  async #stream(declared: number | null): Promise<'whole' | 'cut' | 'stalled'> {
    // A body of unknown length is one byte at least where there is one: enough to judge all but its end.
    this.#judge(declared ?? ((await this.#ask.payload.empty()) ? 0 : 1));
    this.#effect({ ends: declared !== null });
    const take = (chunk: Uint8Array): void | Promise<void> => {
      if (this.#bytes + chunk.length > this.#options.maxBodyBytes) {
        throw new NetwineError('TOO_LARGE', { args: [this.#session.up.next] });
      }
      return this.#take(chunk);
    };
    try {
      const how = await this.#ask.payload.forEach(take);
      if (how === 'whole' && declared === null) this.#effect({ ends: true });
      return how;
    } catch (cause) {
      if (cause instanceof Stall) return 'stalled';
      throw cause;
    }
  }

  /** Reads the body to its end before anything takes effect. */
  async #whole(): Promise<'whole' | 'cut' | 'stalled'> {
    const { next, room } = this.#session.up;
    const coded = this.#up.coding !== 'raw';
    const limit = coded ? Math.min(MOST_CODED_BYTES, this.#options.maxBodyBytes) : next + room - (this.#at ?? next);
    const body = await this.#read(Math.max(limit, 0), coded);
    if (body === null) return 'cut';
    const decoder = createDecoder(this.#up.coding);
    const bytes = Buffer.concat([decoder.push(body), decoder.finish()]);
    this.#judge(bytes.length);
    if (this.#ahead && !this.#session.up.fitsAhead(this.#at ?? 0, bytes.length)) {
      throw this.#session.up.offsetFailure();
    }
    this.#effect({ ends: true });
    if (this.#ahead) {
      if (bytes.length > 0) this.#writesBy('offsets');
      this.#bytes = bytes.length;
      this.#session.up.keepAhead(this.#at ?? 0, bytes);
      return 'whole';
    }
    try {
      if (bytes.length > 0) await this.#take(bytes);
      return 'whole';
    } catch (cause) {
      if (cause instanceof Stall) return 'stalled';
      throw cause;
    }
  }

  async #read(limit: number, coded: boolean): Promise<Uint8Array | null> {
    try {
      return await this.#ask.payload.readAll(limit);
    } catch (cause) {
      const tooLong = cause instanceof NetwineError && cause.code === 'TOO_LARGE';
      throw tooLong && !coded ? this.#session.up.offsetFailure() : cause;
    }
  }

  /** Every check that needs no more than the length; throws before anything has changed. */
  #judge(length: number): void {
    const { up, writes } = this.#session;
    const { ack, end } = this.#up;
    const at = this.#at ?? up.next;
    if (ack !== undefined) this.#session.checkAck(ack);
    if (writes !== null && (length > 0 || end === 'here') && writes !== this.#kind) throw otherKind();
    up.checkWrite(at, length);
    if (end === 'here') up.checkEnd(Math.max(at + length, up.next));
    else if (end !== undefined) {
      up.checkEnd(end);
      if (at + length > end) throw up.offsetFailure();
    }
  }

  #effect({ ends }: { ends: boolean }): void {
    const { ack, end } = this.#up;
    if (ack !== undefined) this.#session.ack(ack);
    if (ends && typeof end === 'number') this.#session.end(end);
  }

  get #kind(): 'offsets' | 'appends' {
    return this.#up.at === undefined ? 'appends' : 'offsets';
  }

  #writesBy(kind: 'offsets' | 'appends'): void {
    this.#session.writes ??= kind;
    if (this.#session.writes !== kind) throw otherKind();
  }

  /** Takes bytes at once where there is room, and waits where there is none. */
  #take(chunk: Uint8Array): void | Promise<void> {
    this.#writesBy(this.#kind);
    const { up } = this.#session;
    const at = this.#at ?? up.next;
    up.checkWrite(at, chunk.length);
    if (typeof this.#up.end === 'number' && at + chunk.length > this.#up.end) throw up.offsetFailure();
    // A body on its way is a sign of the client for as long as it comes.
    this.#session.touch();
    this.#bytes += chunk.length;
    // The last bytes of a post come in a read of their own, but in the same turn. More than there is room for does not
    // wait for them: it needs the room that the first ones leave.
    const rest = (this.#ask.payload.declared ?? 0) - this.#bytes;
    const done = up.accept(at, chunk, { more: rest > 0 && chunk.length + rest <= up.room });
    if (this.#at !== undefined) this.#at = at + done;
    return done < chunk.length ? this.#takeLater(chunk.subarray(done)) : undefined;
  }

  async #takeLater(rest: Uint8Array): Promise<void> {
    let left = rest;
    while (left.length > 0) {
      if (!(await waitForRoom(this.#session, this.#ask.response, this.#options.waitMs))) throw new Stall();
      const { up } = this.#session;
      const done = up.accept(this.#at ?? up.next, left);
      if (this.#at !== undefined) this.#at += done;
      left = left.subarray(done);
    }
  }
}

const otherKind = (): NetwineError =>
  new NetwineError('BAD_REQUEST', { text: 'this session is written the other way: with at, or without' });
