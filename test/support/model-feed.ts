/** What every held answer of the model bridge does with its reader: bytes, then END, then the final record. */
import type { SessionReader as Reader } from '../../server/core/session.ts';

export interface FeedOptions {
  /** END was seen. */
  seen: boolean;
  most: number;
  say(record: string): void;
  data(bytes: Uint8Array): void;
}

/** Pulls from a reader until there is nothing now, or nothing any more. */
export class Feed {
  readonly reader: Reader;
  over = false;
  /** Something was said that ends a poll. */
  said = false;
  readonly #options: FeedOptions;
  #bytes = 0;
  #endTold: boolean;

  constructor(reader: Reader, options: FeedOptions) {
    this.reader = reader;
    this.#options = options;
    this.#endTold = options.seen;
  }

  /** Says what there is. @returns the last record, where there is no more to come in this answer */
  run(blocked: () => boolean): string | null {
    const { reader } = this;
    while (!blocked()) {
      if (reader.moved !== null) return `MOVED ${reader.moved}`;
      if (this.#bytes >= this.#options.most) return 'AGAIN';
      const bytes = reader.take(Math.min(this.#options.most - this.#bytes, 48));
      if (bytes) {
        this.said = true;
        this.#bytes += bytes.length;
        this.#options.data(bytes);
        continue;
      }
      if (reader.ended && !this.#endTold) {
        this.#endTold = true;
        this.said = true;
        this.#options.say('END');
      }
      return reader.over ? reader.session.finalRecord : null;
    }
    return null;
  }

  stop(): void {
    this.over = true;
    this.reader.detach();
  }

  /** @throws Error where bytes are ready and nobody was woken */
  checkAwake(blocked: boolean): void {
    if (!this.over && !blocked && this.reader.ready) throw new Error('bytes are ready, and the reader was not woken');
  }
}
