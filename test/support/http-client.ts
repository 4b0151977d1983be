/** A plain client of the bridge's verbs for tests: whole answers, held answers record by record, bytes as they are. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { Held, type HeldForm } from './held-answer.ts';

export type Parameters = Record<string, string | number> | readonly (readonly [string, string | number])[];

export interface Whole {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  bytes: Buffer;
  /** The body as latin1. */
  text: string;
}

export interface Sent {
  /** The payload. */
  payload?: Uint8Array | string | Readable;
  headers?: Record<string, string>;
  method?: 'POST' | 'GET' | 'HEAD' | 'OPTIONS' | 'PUT';
  signal?: AbortSignal;
}

/** The line of a send. */
export interface SendLine {
  upNext: number;
  window: number;
  downTail: number;
  end: boolean;
}

export const encode = (parameters: Parameters): string =>
  (Array.isArray(parameters) ? parameters : Object.entries(parameters))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

/** A nonce that nobody used before. */
export const newNonce = (): string => randomBytes(18).toString('base64url');

/** Reads `OK <upNext> <window> <downTail> [END]`. */
export const readSendLine = (text: string): SendLine => {
  const [, upNext, window, downTail, end] = /^OK (\d+) (\d+) (\d+)( END)?\n?$/.exec(text) ?? [];
  if (upNext === undefined) throw new Error(`no line of a send: ${text}`);
  return { upNext: Number(upNext), window: Number(window), downTail: Number(downTail), end: end !== undefined };
};

/** The status and the code of a failure, as in `410 GONE`; other answers show their first line. */
export const refusal = ({ status, text }: Pick<Whole, 'status' | 'text'>): string =>
  `${status} ${/^(?:NO|ERR) ([A-Z_]+) [^\n]+\n$/.exec(text)?.[1] ?? text.split('\n')[0]}`;

/** A session that was opened, with what INFO says of it. */
export interface Opened {
  key: string;
  /** Numbers as INFO has them: seconds and bytes. */
  info: Readonly<Record<string, string>>;
  seconds(name: 'keep' | 'ping' | 'hold'): number;
  bytes(name: 'window' | 'up' | 'rotate'): number;
}

export class HttpClient {
  readonly url: string;
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connections: null });
  readonly #sockets = new Set<Socket>();

  constructor(url: string) {
    this.url = url;
  }

  async #ask(path: string, parameters: Parameters, { payload, headers = {}, method = 'POST', signal }: Sent) {
    const query = encode(parameters);
    return request(`${this.url}${path}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: { netwine: '1', ...headers },
      body: payload ?? null,
      dispatcher: this.#agent,
      ...(signal ? { signal } : {}),
    });
  }

  /** Asks with the parameters in the query, and reads the whole answer. */
  async ask(path: string, parameters: Parameters = {}, sent: Sent = {}): Promise<Whole> {
    const { statusCode, headers, body } = await this.#ask(path, parameters, sent);
    const bytes = Buffer.from(await body.arrayBuffer());
    return { status: statusCode, headers, bytes, text: bytes.toString('latin1') };
  }

  /** Asks, and reads the answer as it comes. The form follows from `as` and `mode`. */
  async hold(path: string, parameters: Parameters, sent: Sent = {}): Promise<Held> {
    const { statusCode, headers, body } = await this.#ask(path, parameters, sent);
    const given = Object.fromEntries(Array.isArray(parameters) ? parameters : Object.entries(parameters));
    const as = given.as ?? (given.mode === 'poll' || path === '/exchange' ? 'lines' : 'raw');
    return new Held({ status: statusCode, headers, body, form: as as HeldForm });
  }

  /** Opens a session and leaves its down stream alone. `keep` is 60 s unless it is given; 0 asks for none. */
  async open(to: string, parameters: Record<string, string | number> = {}): Promise<Opened> {
    const { keep, ...others } = { keep: 60, mode: 'poll', hold: 0, nonce: newNonce(), ...parameters };
    const { text, status } = await this.ask('/connect', { to, ...(keep === 0 ? {} : { keep }), ...others });
    const [, key, fields] = /^OK (\S+)\nINFO ([^\n]+)\n/.exec(text) ?? [];
    if (key === undefined || fields === undefined) throw new Error(`connect answered ${status}: ${text}`);
    const info = Object.fromEntries(fields.split(' ').map((field) => field.split('=') as [string, string]));
    return {
      key,
      info,
      seconds: (name) => Number(info[name]),
      bytes: (name) => Number(info[name]),
    };
  }

  /** Sends, and reads the line. @throws with the answer where it is a failure */
  async send(key: string, parameters: Record<string, string | number>, payload?: Sent['payload']): Promise<SendLine> {
    const { text } = await this.ask('/send', { key, ...parameters }, payload === undefined ? {} : { payload });
    return readSendLine(text);
  }

  /** Polls until so many bytes have come from an offset. */
  async read(key: string, { from = 0, count }: { from?: number; count: number }): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let at = from; at < from + count; ) {
      const held = await this.hold('/receive', { key, from: at, mode: 'poll' });
      await held.rest();
      if (held.bytes.length === 0 && held.last?.word !== 'AGAIN') throw new Error(`poll ended: ${held.last?.text}`);
      parts.push(held.bytes);
      at += held.bytes.length;
    }
    return Buffer.concat(parts);
  }

  /** A connection for bytes that no HTTP library would write. */
  async socket(): Promise<Socket> {
    const { hostname, port } = new URL(this.url);
    const socket = connect({ port: Number(port), host: hostname, noDelay: true, allowHalfOpen: true });
    this.#sockets.add(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Writes bytes and reads until the bridge ends the connection. */
  async exchangeRaw(bytes: string | readonly string[]): Promise<string> {
    const socket = await this.socket();
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.once('end', () => socket.end());
    for (const part of typeof bytes === 'string' ? [bytes] : bytes) {
      if (!socket.destroyed) await new Promise((resolve) => socket.write(part, 'latin1', resolve));
    }
    if (!socket.closed) await once(socket, 'close').catch(() => []);
    return text;
  }

  /** The Host header of this bridge. */
  get host(): string {
    return new URL(this.url).host;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#agent.destroy();
  }
}
