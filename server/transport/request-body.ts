/** The body of a request as it comes: pulled by raw events, paused only while a chunk is being taken. */
import type { IncomingMessage } from 'node:http';

/** How a pull ended: the body was whole, it was cut off on its way, or the taker wants no more for now. */
export type Pulled = 'whole' | 'cut' | 'stopped';

/** Takes a chunk: at once, later (the body waits for it), or as the last one for now (`false`). */
export type Take = (chunk: Uint8Array) => undefined | false | Promise<void>;

interface Pulling {
  take: Take;
  resolve: (how: Pulled) => void;
  reject: (cause: unknown) => void;
}

/**
 * Counts what is still to come, so that a body whose client has left after its last byte is still whole. An async
 * iterator would cost several times these events on large uploads.
 */
export class Body {
  /** Bytes still to come; null where the request does not say. */
  left: number | null;
  readonly #raw: IncomingMessage;
  #pulling: Pulling | null = null;
  #taking = false;
  #over: Pulled | null = null;

  constructor(raw: IncomingMessage) {
    this.#raw = raw;
    this.left = declaredLength(raw);
    // A client that leaves is told by how a pull ends; without a listener its error would end the process.
    raw.on('error', ignore);
  }

  /**
   * Hands on every chunk, and leaves the stream paused where the taker stopped or failed. One pull at a time. After
   * `whole` the request counts as complete, so that its connection can be kept. Rejects with what `take` throws.
   */
  pull(take: Take): Promise<Pulled> {
    const raw = this.#raw;
    if (raw.readableEnded) return Promise.resolve('whole');
    if (raw.destroyed) return Promise.resolve(this.left === 0 ? 'whole' : 'cut');
    return new Promise((resolve, reject) => {
      this.#pulling = { take, resolve, reject };
      this.#over = null;
      raw.on('data', this.#give).on('end', this.#end);
      for (const event of CUTS) raw.on(event, this.#cut);
      raw.resume();
    });
  }

  /** Reads and drops the rest, so that the connection is free for what comes after it. */
  discard(): void {
    this.#raw.resume();
  }

  readonly #give = (chunk: Uint8Array): void => {
    if (this.left !== null) this.left -= chunk.length;
    // A taker may end the request itself, and is done only when it has returned.
    this.#taking = true;
    try {
      const answer = this.#pulling?.take(chunk);
      if (answer) {
        this.#raw.pause();
        answer.then(this.#taken, this.#fail);
        return;
      }
      this.#taking = false;
      if (answer === false) this.#settle('stopped');
      else if (this.#over) this.#settle(this.#over);
    } catch (cause) {
      this.#fail(cause);
    }
  };

  readonly #taken = (): void => {
    this.#taking = false;
    if (this.#over) this.#settle(this.#over);
    else this.#raw.resume();
  };

  readonly #end = (): void => {
    this.left = 0;
    this.#settle('whole');
  };

  readonly #cut = (): void => this.#settle(this.left === 0 ? 'whole' : 'cut');

  /** What is being taken comes to its end first, so that two takers never overlap. */
  #settle(how: Pulled): void {
    this.#over ??= how;
    if (!this.#taking) this.#leave()?.resolve(this.#over);
  }

  readonly #fail = (cause: unknown): void => {
    this.#taking = false;
    this.#leave()?.reject(cause);
  };

  #leave(): Pulling | null {
    const raw = this.#raw;
    const pulling = this.#pulling;
    this.#pulling = null;
    raw.pause();
    raw.off('data', this.#give).off('end', this.#end);
    for (const event of CUTS) raw.off(event, this.#cut);
    return pulling;
  }
}

/** What tells that no more will come. */
const CUTS = ['aborted', 'error', 'close'] as const;

const ignore = (): void => {};

/** A request without Content-Length and Transfer-Encoding has no body. [RFC 9112 section 6.3] */
const declaredLength = ({ headers }: IncomingMessage): number | null =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : null;
