/** What the bridge sees of HTTP and of WebSockets, in memory: a request, its response, and a socket over an unreliable link. */
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { Answer, Link, SocketEnd } from './link.ts';

const ADDRESSES = { localAddress: '127.0.0.1', localPort: 80, remoteAddress: '127.0.0.1' };

export interface Asked {
  method: 'GET' | 'POST';
  /** The path, and the query of a GET. */
  url: string;
  /** Empty for a GET. */
  body: Uint8Array;
}

/** A request whose body comes in pieces, cut anywhere, or breaks off. */
export class MemoryRequest extends Readable {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly rawHeaders: string[] = [];
  readonly socket = ADDRESSES;
  complete = false;

  constructor({ method, url, body }: Asked, chunked: boolean) {
    super();
    this.method = method;
    this.url = url;
    const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': `${body.length}` };
    this.headers = { host: 'bridge', netwine: '1', ...(method === 'GET' ? {} : length) };
    this.on('error', () => {});
  }

  override _read(): void {}

  /** Brings so much of the body, piece by piece; less than all of it is a connection that broke. */
  bring(link: Link, body: Uint8Array, most: number): void {
    const next = (at: number): void => {
      if (this.destroyed) return;
      if (at === most && most < body.length) {
        this.emit('aborted');
        this.destroy();
      } else if (at === most) {
        this.complete = true;
        this.push(null);
      } else {
        const to = at + 1 + link.below(link.below(3) > 0 ? most - at : Math.min(most - at, 9));
        this.push(Buffer.from(body.subarray(at, to)));
        if (link.below(2) > 0) next(to);
        else link.turns.in(link.below(3), () => next(to));
      }
    };
    next(0);
  }
}

/** A response that goes on as slowly as the link likes, and closes when nobody reads it any more. */
export class MemoryResponse extends Writable {
  headersSent = false;
  readonly #answer: Answer;
  readonly #link: Link;

  constructor(answer: Answer, link: Link) {
    super({ highWaterMark: 1 + link.below(300) });
    this.#answer = answer;
    this.#link = link;
    answer.onGone = () => this.destroy();
  }

  writeHead(): this {
    if (this.headersSent) throw new Error('two heads for one answer');
    this.headersSent = true;
    return this;
  }

  flushHeaders(): void {
    this.headersSent = true;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // A character a byte: so the link cuts at any byte.
    this.#answer.text(bytes.toString('latin1'));
    if (this.#link.below(4) > 0) done();
    else this.#link.later(done);
  }

  override _final(done: () => void): void {
    this.#answer.finish();
    done();
  }
}

/** The bridge's end of a WebSocket. */
export class MemorySocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly #end: SocketEnd;
  readonly #link: Link;

  constructor(end: SocketEnd, link: Link) {
    super();
    this.#end = end;
    this.#link = link;
  }

  send(data: string | Uint8Array, _how?: unknown, sent?: () => void): void {
    if (this.readyState !== this.OPEN) return;
    this.#end.send(typeof data === 'string' ? data : Buffer.from(data));
    if (!sent) return;
    // As if more waited than the bridge puts up with.
    if (this.#link.below(4) === 0) this.bufferedAmount = 1e6;
    this.#link.later(() => {
      this.bufferedAmount = 0;
      sent();
    });
  }

  ping(): void {}

  close(): void {
    this.#end.close();
    this.#link.later(() => this.closed());
  }

  /** What the link brings from the client. */
  heard(message: string | Uint8Array): void {
    if (this.readyState === this.OPEN)
      this.emit('message', Buffer.from(message as string), typeof message !== 'string');
  }

  closed(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit('close');
  }
}
