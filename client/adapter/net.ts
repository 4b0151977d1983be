/**
 * `net` of Node for bundlers: packages that were written for it, such as database clients, run in a page by the bridge.
 * A bundle says so by an alias from `net` to this, and takes `stream` from where it takes Node's other modules.
 */
// biome-ignore lint/style/useNodejsImportProtocol: bundlers for pages know it by this name
import { Duplex } from 'stream';
import { destination, errorOf, readConnect, targetOf } from './net-rules.ts';
import { connect as connectSocket } from './socket.ts';
import type { NetwineSocket, SocketOptions } from './socket-types.ts';

export { isIP, isIPv4, isIPv6 } from './net-rules.ts';

export type NetOptions = Pick<SocketOptions, 'url' | 'transports' | 'token' | 'keep' | 'share'>;

let defaults: NetOptions = {};

/** Which bridge all sockets from now on go through, and how: packages have no place for that. */
export const configure = (options: NetOptions): void => {
  defaults = { ...options };
};

type Callback = (error?: Error | null) => void;

export class Socket extends Duplex {
  connecting = false;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  remoteFamily: string | undefined;
  localAddress: string | undefined;
  localPort: number | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  timeout = 0;
  #socket: NetwineSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One write or end at a time waits here; looked at whenever something changes. */
  #waiting: { holds: (socket: NetwineSocket) => boolean; done: Callback } | null = null;

  constructor({ allowHalfOpen = false }: { allowHalfOpen?: boolean } = {}) {
    // The other side's end also ends ours, unless told otherwise.
    super({ allowHalfOpen, decodeStrings: true, emitClose: false, autoDestroy: true });
  }

  get pending(): boolean {
    return this.#socket === null || this.connecting;
  }

  get readyState(): string {
    if (this.connecting) return 'opening';
    if (!this.#socket || this.destroyed) return 'closed';
    if (this.readable && this.writable) return 'open';
    return this.readable ? 'readOnly' : this.writable ? 'writeOnly' : 'closed';
  }

  /** `(port, host)`, `(path)` or `({ port, host, path })`, each with a listener for `connect`. */
  connect(...values: unknown[]): this {
    const { options, listener } = readConnect(values);
    if (listener) this.once('connect', listener as () => void);
    this.connecting = true;
    const { host, port } = destination(options);
    try {
      this.#socket = connectSocket(targetOf(options), { ...defaults, binary: 'bytes' });
    } catch (cause) {
      this.destroy(cause as Error);
      return this;
    }
    this.#socket.onopen = () => {
      this.connecting = false;
      this.remoteAddress = host;
      this.remotePort = port;
      this.remoteFamily = host?.includes(':') ? 'IPv6' : 'IPv4';
      this.#active();
      this.emit('connect');
      this.emit('ready');
    };
    this.#socket.ondata = (chunk: Uint8Array) => {
      this.bytesRead += chunk.length;
      this.#active();
      if (!this.push(chunk)) this.#socket?.pause();
    };
    this.#socket.onend = () => void this.push(null);
    this.#socket.onerror = (error) => {
      this.destroy(errorOf(error, this.connecting ? 'connect' : 'read', { host, port }));
    };
    this.#socket.onclose = () => this.#look();
    this.#socket.onchange = () => this.#look();
    return this;
  }

  /** Goes on with what waits where it has what it waits for, or where all is over. */
  #look(): void {
    const socket = this.#socket;
    const waiting = this.#waiting;
    if (!socket || !waiting || (socket.status().state !== 'over' && !waiting.holds(socket))) return;
    this.#waiting = null;
    waiting.done();
  }

  #when(holds: (socket: NetwineSocket) => boolean, done: Callback): void {
    this.#waiting = { holds, done };
    this.#look();
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Callback): void {
    // What is written before there is a connection to be waits for it.
    if (!this.#socket) return void this.once('connect', () => this._write(chunk, _encoding, done));
    this.bytesWritten += chunk.length;
    this.#active();
    if (this.#socket.write(chunk)) done();
    else this.#when((socket) => socket.bufferedAmount() < this.writableHighWaterMark, done);
  }

  override _final(done: Callback): void {
    if (!this.#socket) return done();
    this.#socket.end();
    this.#when((socket) => socket.status().ended, done);
  }

  override _destroy(error: Error | null, done: Callback): void {
    clearTimeout(this.#timer);
    this.connecting = false;
    // What was written is on its way, as it would be in a kernel.
    this.#socket?.leave();
    this.#waiting = null;
    done(error);
    // After the error, and with the word whether there was one.
    setTimeout(() => this.emit('close', error !== null), 0);
  }

  #active(): void {
    clearTimeout(this.#timer);
    if (this.timeout > 0 && !this.destroyed) this.#timer = setTimeout(() => this.emit('timeout'), this.timeout);
  }

  setTimeout(ms: number, listener?: () => void): this {
    this.timeout = ms;
    if (listener && ms > 0) this.once('timeout', listener);
    if (listener && ms === 0) this.off('timeout', listener);
    this.#active();
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy(): this {
    this.#socket?.close();
    return this.destroy();
  }

  address(): object {
    return {};
  }
  setNoDelay(_noDelay?: boolean): this {
    return this;
  }
  setKeepAlive(_enable?: boolean, _initialDelayMs?: number): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

export const connect = (...values: unknown[]): Socket => {
  const { options } = readConnect(values);
  const socket = new Socket(options);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(...values);
};

export { connect as createConnection, Socket as Stream };

/** A page cannot listen. */
export const createServer = (): never => {
  throw new Error('A page cannot listen for connections.');
};
