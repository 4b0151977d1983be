/** A stream socket to a target, whose resets and ends are told apart where Node's own blurs them. */
import { Socket } from 'node:net';

/**
 * Makes a socket ask, by an empty write, whether an end is one before it passes it on: on Node 20 a reset that follows
 * unread data is read as an end (libuv takes the hang-up for it), and the write then fails with ECONNRESET. Where
 * writes are pending they fail by themselves; once the write side is ended, only resting between reads can tell.
 * @param below the socket that is asked: the same one, or for TLS the one that it lies on.
 */
export const askBeforeEnd = (socket: Socket, below: Socket): void => {
  const push = socket.push.bind(socket);
  let asked = false;
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk !== null || !socket.writable || socket.writableLength > 0) return push(chunk, encoding);
    if (asked) return false;
    asked = true;
    below.write('', (error) => {
      // The upper socket first: Node 20 crashes where the lower one is gone before it.
      if (error) socket.destroy(error);
      else if (!socket.destroyed) push(null);
    });
    return false;
  };
};

export class TargetSocket extends Socket {
  readonly #resettable: boolean;
  #resetting = false;
  #rests = false;
  #isWanted = false;

  /** @param resettable false for a unix socket, which knows no reset: resetting one only closes it. */
  constructor({ resettable }: { resettable: boolean }) {
    super({ allowHalfOpen: true });
    this.#resettable = resettable;
    // Errors reach the session by its own listener. This one is for the moments when there is no session yet or any
    // more: without it a reset in such a moment would end the process.
    this.on('error', () => {});
    // A unix socket whose target has closed fails every write with EPIPE, and is at its proper end all the same.
    if (resettable) askBeforeEnd(this, this);
  }

  /**
   * Once the write side is ended, reads no further in the turn of a chunk: libuv makes an end of a hang-up that it sees
   * together with data (`uv__stream_io`), but only while it reads; the next read of its own tells the reset.
   */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk === null || this.writable || this.destroyed) return super.push(chunk, encoding);
    this.#rests = true;
    setImmediate(() => {
      this.#rests = false;
      if (this.#isWanted && !this.destroyed) super._read(0);
      this.#isWanted = false;
    });
    super.push(chunk, encoding);
    return false;
  }

  override _read(size: number): void {
    if (this.#rests) this.#isWanted = true;
    else super._read(size);
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
}
