/** A stream socket to a target, whose resets and ends are told apart where Node's own blurs them. */
import { Socket } from 'node:net';

export class TargetSocket extends Socket {
  readonly #resettable: boolean;
  #resetting = false;
  #ending = false;

  /** @param resettable false for a unix socket, which knows no reset: resetting one only closes it. */
  constructor({ resettable }: { resettable: boolean }) {
    super({ allowHalfOpen: true });
    this.#resettable = resettable;
    // Errors reach the session by its own listener. This one is for the moments when there is no session yet or any
    // more: without it a reset in such a moment would end the process.
    this.on('error', () => {});
  }

  /** Closes with a RST at once; what is queued is dropped. Safe in every state, where Node's own throws or leaks. */
  override resetAndDestroy(): this {
    this.resetOnDestroy();
    return this.destroy();
  }

  /** Makes the next destroy a reset, for a TLS socket that lies on this one and destroys it in its own order. */
  resetOnDestroy(): void {
    this.#resetting = this.#resettable;
  }

  override destroy(error?: Error): this {
    // Between end() and 'finish' a FIN is on its way and the system refuses to reset (EINVAL); Node then forgets the
    // descriptor without closing it.
    const shutting = this.writableEnded && !this.writableFinished && this.writableLength === 0;
    if (this.#resetting && !this.destroyed && !shutting) {
      this.#resetting = false;
      super.resetAndDestroy();
    }
    return super.destroy(error);
  }

  /**
   * Before the end is passed on, an empty write asks whether it is one: on Node 20 a reset that follows unread data
   * is read as an end (libuv takes the hang-up for it), and the write then fails with ECONNRESET. With writes
   * pending those fail by themselves; once the write side is ended nothing can tell.
   */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null || !this.writable || this.writableLength > 0) return super.push(chunk, encoding);
    if (!this.#ending) {
      this.#ending = true;
      this.write('', (error) => {
        if (!error && !this.destroyed) super.push(null);
      });
    }
    return false;
  }
}
