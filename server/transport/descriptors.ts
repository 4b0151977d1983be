/** Keeps the process away from its limit of open files: near it the bridge says LIMIT, where it would else reset. */
import type { Server } from 'node:http';
import { NetwineError } from '../core/errors.ts';

export interface DescriptorOptions {
  /** The most files that the process may have open. */
  limit: number;
  /** How many it has open before it serves anybody. */
  base: number;
  /** How many targets are open now. */
  targets: () => number;
}

/** Kept free for connections that are told LIMIT: a sixteenth of the limit, between these. */
const RESERVE = { least: 8, most: 256 };

export class Descriptors {
  readonly #options: DescriptorOptions;
  readonly #reserve: number;
  #connections = 0;
  #server: Server | null = null;

  constructor(options: DescriptorOptions) {
    this.#options = options;
    this.#reserve = Math.min(Math.max(options.limit >> 4, RESERVE.least), RESERVE.most);
  }

  /** Counts the connections of a server from now on. */
  watch(server: Server): void {
    this.#server = server;
    const known = new WeakSet<object>();
    server.on('connection', (socket) => {
      // One whose request is read again is announced again.
      if (known.has(socket)) return;
      known.add(socket);
      this.#connections += 1;
      socket.once('close', () => {
        this.#connections -= 1;
      });
      // Connections that wait for nothing make room first.
      if (this.#free < this.#reserve / 2) server.closeIdleConnections();
    });
  }

  /** Throws LIMIT where a session would take what is kept free. */
  admit(): void {
    if (this.#free <= this.#reserve) this.#refuse();
  }

  /** Throws LIMIT where so little is left that even a held answer is too much. */
  admitRequest(): void {
    if (this.#free <= this.#reserve / 2) this.#refuse();
  }

  get #free(): number {
    return this.#options.limit - this.#options.base - this.#connections - this.#options.targets();
  }

  #refuse(): never {
    this.#server?.closeIdleConnections();
    throw new NetwineError('LIMIT', { text: 'the bridge has no descriptor left: try later' });
  }
}
