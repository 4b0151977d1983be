/** `TCPSocket` as in the draft of Direct Sockets, for today's engines: a pair of streams with backpressure both ways. */
import { connect } from './socket.ts';
import type { NetwineSocket, SocketError, SocketOptions } from './socket-types.ts';

export interface TCPSocketOptions extends Pick<SocketOptions, 'url' | 'transports' | 'token' | 'keep' | 'share'> {
  /** By TLS, which the bridge speaks; the draft has no such option. */
  tls?: boolean;
}

/** What `opened` brings. */
export interface TCPSocketOpenInfo {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<BufferSource>;
  remoteAddress: string;
  remotePort: number;
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(cause: unknown): void;
}

/** A rejection that nobody looks at is no fault of the program. */
const defer = <T>(): Deferred<T> => {
  let resolve!: (value: T) => void;
  let reject!: (cause: unknown) => void;
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
};

const closedError = (): DOMException => new DOMException('This is closed.', 'InvalidStateError');

/** As the draft says, with the bridge's word for it as `cause`. */
const networkError = ({ code, text }: SocketError): DOMException =>
  Object.defineProperty(new DOMException(`${text} (${code})`, 'NetworkError'), 'cause', { value: code });

const targetOf = (host: string, port: number, tls: boolean): string => {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new TypeError('A port is a number from 1 to 65535.');
  return `${tls ? 'tls' : 'tcp'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

const viewOf = (chunk: BufferSource): Uint8Array => {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError('Only buffers and views of them can be written.');
};

export class TCPSocket {
  readonly opened: Promise<TCPSocketOpenInfo>;
  /** When both directions have ended; rejects where the connection broke. */
  readonly closed: Promise<void>;
  readonly #socket: NetwineSocket;
  #streams: TCPSocketOpenInfo | null = null;
  /** Called at each change, for writes that wait. */
  #look: () => void = () => {};
  #error: DOMException | null = null;
  #isOver = false;
  #isWhole = false;

  /** @throws TypeError for a port that is none */
  constructor(host: string, port: number, { tls = false, ...options }: TCPSocketOptions = {}) {
    const opened = defer<TCPSocketOpenInfo>();
    const closed = defer<void>();
    this.opened = opened.promise;
    this.closed = closed.promise;
    this.#socket = connect(targetOf(host, port, tls), { ...options, binary: 'bytes' });
    this.#socket.onopen = () => {
      // Until somebody reads.
      this.#socket.pause();
      const streams = { readable: this.#readable(), writable: this.#writable() };
      this.#streams = { ...streams, remoteAddress: host, remotePort: port };
      opened.resolve(this.#streams);
    };
    this.#socket.onchange = () => this.#look();
    this.#socket.onerror = (error) => {
      this.#error = networkError(error);
      this.#look();
      opened.reject(this.#error);
      closed.reject(this.#error);
    };
    // When all that had come before is read.
    this.#socket.onclose = (final) => {
      this.#isOver = true;
      // Another holder of the key may have closed it before the bridge had all.
      this.#isWhole = final.up === this.#socket.status().written;
      this.#finish(this.#error);
      this.#look();
      opened.reject(networkError(final));
      closed.resolve();
    };
  }

  /** Ends both directions once what was written is with the bridge. Rejects while a stream is locked, as in the draft. */
  async close(): Promise<void> {
    if (!this.#streams) throw new DOMException('This is not open yet.', 'InvalidStateError');
    if (this.#streams.readable.locked || this.#streams.writable.locked) {
      throw new DOMException('Its streams are locked.', 'InvalidStateError');
    }
    this.#socket.leave();
    return this.closed;
  }

  /** Tells the readable stream how this ended. */
  #finish: (error: DOMException | null) => void = () => {};

  /** Nothing is acknowledged to the bridge before it is pulled here. */
  #readable(): ReadableStream<Uint8Array> {
    const socket = this.#socket;
    let ended = false;
    return new ReadableStream({
      type: 'bytes',
      start: (controller) => {
        socket.ondata = (chunk: Uint8Array) => {
          // A byte stream takes the buffer away, and others may be in it.
          controller.enqueue(chunk.slice());
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        };
        const end = (): void => {
          if (ended) return;
          ended = true;
          controller.close();
          // Who waits with a buffer of its own gets it back.
          controller.byobRequest?.respond(0);
          // What else is told is no longer of this stream.
          socket.resume();
        };
        socket.onend = end;
        this.#finish = (error) => {
          if (!error || ended) return end();
          ended = true;
          controller.error(error);
        };
      },
      pull: () => socket.resume(),
      cancel: () => {
        ended = true;
        socket.ondata = () => {};
        socket.resume();
      },
    });
  }

  #writable(): WritableStream<BufferSource> {
    const socket = this.#socket;
    const until = (holds: () => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        this.#look = () => {
          if (this.#error) reject(this.#error);
          else if (holds()) resolve();
          else if (this.#isOver) this.#isWhole ? resolve() : reject(closedError());
        };
        this.#look();
      });
    return new WritableStream<BufferSource>({
      start: (controller) => {
        this.closed.catch((error) => controller.error(error));
      },
      write: async (chunk) => {
        const view = viewOf(chunk);
        if (this.#isOver) throw this.#error ?? closedError();
        if (!socket.write(view)) await until(() => socket.bufferedAmount() === 0);
      },
      close: async () => {
        socket.end();
        await until(() => socket.status().ended);
      },
      abort: () => socket.close(),
    });
  }
}
