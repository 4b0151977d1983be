/** The inbox of a dialogue: what has come from a target so far, and waits for what is still to come. */
export class Inbox {
  #kept = Buffer.alloc(0);
  #parts: Uint8Array[] = [];
  #end: { error: Error | null } | null = null;
  #wake: (() => void) | null = null;

  /** Adds bytes at the end. */
  push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#wake?.();
  }

  /** Nothing more comes; with an error what is waited for fails with it. */
  finish(error: Error | null = null): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** Waits for so many bytes and takes them. @throws when the end comes before */
  async take(count: number): Promise<Buffer> {
    return await this.#when(() => (this.#kept.length >= count ? count : null), `${count} bytes`);
  }

  /** Takes all up to and with the first `mark`. @throws when the end comes before */
  async through(mark: string): Promise<Buffer> {
    return await this.#when(() => {
      const at = this.#kept.indexOf(mark);
      return at < 0 ? null : at + Buffer.byteLength(mark);
    }, JSON.stringify(mark));
  }

  /** Waits for the proper end, and takes all that came before it. @throws when the end was not a proper one */
  async rest(): Promise<Buffer> {
    return await this.#when(() => (this.#end?.error === null ? this.#kept.length : null), 'the end');
  }

  /** Takes what came in one piece: on a WebSocket one message. Not to be mixed with the others. */
  async piece(): Promise<Buffer> {
    for (;;) {
      const first = this.#parts.shift();
      if (first) return Buffer.from(first);
      if (this.#end) throw new Error('the end came before a piece', { cause: this.#end.error });
      await this.#more();
    }
  }

  async #when(look: () => number | null, what: string): Promise<Buffer> {
    for (;;) {
      this.#kept = Buffer.concat([this.#kept, ...this.#parts.splice(0)]);
      const count = look();
      if (count !== null) {
        const taken = this.#kept.subarray(0, count);
        this.#kept = this.#kept.subarray(count);
        return taken;
      }
      if (this.#end) {
        const seen = this.#kept.subarray(0, 200).toString('latin1');
        throw new Error(`the end came before ${what}, after ${JSON.stringify(seen)}`, { cause: this.#end.error });
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
