/** The payload of a request: what its body carries beside the parameters, not read before a verb asks for it. */
import { NetwineError } from '../core/errors.ts';
import type { Body } from './request-body.ts';

const EMPTY = new Uint8Array(0);

/** Can be read once, by one reader. */
export class Payload {
  /** Bytes of the payload where the request says so, else null. */
  readonly declared: number | null;
  readonly #body: Body;
  #head: Uint8Array;

  /** @param head bytes that have already come; the rest of the body follows them. */
  constructor(body: Body, head: Uint8Array = EMPTY) {
    this.#body = body;
    this.#head = head;
    this.declared = body.left === null ? null : body.left + head.length;
  }

  /**
   * Hands on every chunk as it comes; where `take` returns a promise the body waits for it. Rejects with what `take`
   * throws and reads no further then.
   * @returns `cut` where the client left before the end of its request; never before `take` is done.
   */
  async forEach(take: (chunk: Uint8Array) => void | Promise<void>): Promise<'whole' | 'cut'> {
    const head = this.#head;
    this.#head = EMPTY;
    if (head.length > 0) {
      const taking = take(head);
      if (taking) await taking;
    }
    const how = await this.#body.pull((chunk) => take(chunk) ?? undefined);
    return how === 'whole' ? 'whole' : 'cut';
  }

  /**
   * Reads all of it; nothing is read where the declared length is too long already.
   * @param limit bytes.
   * @returns null where it was cut.
   * @throws TOO_LARGE
   */
  async readAll(limit: number): Promise<Uint8Array | null> {
    if (this.declared !== null && this.declared > limit) throw new NetwineError('TOO_LARGE');
    const chunks: Uint8Array[] = [];
    let length = 0;
    const how = await this.forEach((chunk) => {
      length += chunk.length;
      if (length > limit) throw new NetwineError('TOO_LARGE');
      chunks.push(chunk);
    });
    if (how === 'cut') return null;
    return chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks, length);
  }

  /** True where there is no payload; waits for a byte where the request does not say. @throws BAD_REQUEST if cut */
  async empty(): Promise<boolean> {
    if (this.#head.length > 0) return false;
    if (this.declared !== null) return this.declared === 0;
    const how = await this.#body.pull((chunk) => {
      this.#head = chunk;
      return false;
    });
    if (how === 'cut') throw cutOff();
    return how === 'whole';
  }

  /** Drops all that has come and will come, so that the connection is free for what comes after it. */
  discard(): void {
    this.#head = EMPTY;
    this.#body.discard();
  }
}

/** The failure of a request that ended before it had said what it wants. */
export const cutOff = (): NetwineError => new NetwineError('BAD_REQUEST', { text: 'the request was cut off' });
