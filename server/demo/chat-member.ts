/** One member of the chat: a socket that is told lines, for as long as it reads them. */
import type { Socket } from 'node:net';

/** What may wait in our memory for one member; who is further behind is dropped. */
export const MAX_BACKLOG_BYTES = 256 * 1024;

/** A member that is dropped has this long to take the last of it. */
const LINGER_MS = 5000;

export class Member {
  name: string;
  readonly #socket: Socket;
  readonly #tooSlow: () => void;
  #gone = false;

  /** @param tooSlow called once, when the member is dropped because it does not read. */
  constructor(socket: Socket, { name, tooSlow }: { name: string; tooSlow: () => void }) {
    this.name = name;
    this.#socket = socket;
    this.#tooSlow = tooSlow;
  }

  /** Sends one line, given without its end. After `leave` it does nothing. */
  tell(line: string): void {
    if (this.#gone || !this.#socket.writable) return;
    this.#socket.write(`${line}\r\n`);
    if (this.#socket.writableLength <= MAX_BACKLOG_BYTES) return;
    this.leave('* You read too slowly and were dropped.');
    this.#tooSlow();
  }

  /** Says a last line and ends; the socket is gone at the latest after a short while. */
  leave(line: string): void {
    if (this.#gone) return;
    this.#gone = true;
    const socket = this.#socket;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
    if (socket.writable) socket.end(`${line}\r\n`);
    // Whatever still comes is read and dropped: a close with unread bytes would be a reset, and the last line lost.
    socket.resume();
  }
}
