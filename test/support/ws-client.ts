/** A WebSocket for tests: messages come out of a queue, and how it ended can be awaited. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';

export interface WsClosed {
  code: number;
  reason: string;
}

export class WsClient {
  readonly ws: WebSocket;
  /** How the socket was closed. */
  readonly closed: Promise<WsClosed>;
  /** Binary messages so far, in a row; texts are records. */
  readonly texts: string[] = [];
  readonly #queue: (string | Buffer)[] = [];
  readonly #parts: Buffer[] = [];
  #over = false;

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('error', () => {});
    ws.on('message', (data: Buffer, binary: boolean) => {
      this.#queue.push(binary ? data : data.toString('latin1'));
      ws.emit('queued');
    });
    this.closed = new Promise((resolve) => {
      ws.once('close', (code, reason) => {
        this.#over = true;
        resolve({ code, reason: reason.toString('latin1') });
        ws.emit('queued');
      });
    });
  }

  /** All binary messages that were taken out, in a row. */
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** The next message, a text as string; null when the socket is closed. */
  async next(): Promise<string | Buffer | null> {
    while (this.#queue.length === 0 && !this.#over) await once(this.ws, 'queued');
    const message = this.#queue.shift() ?? null;
    if (typeof message === 'string') this.texts.push(message);
    else if (message) this.#parts.push(message);
    return message;
  }

  /** Takes messages out up to the next text that begins with a word. @throws where the socket is closed before */
  async until(word: string): Promise<string> {
    for (;;) {
      const message = await this.next();
      if (message === null) throw new Error(`closed before ${word}: ${this.texts.join(' | ')}`);
      if (typeof message === 'string' && (message === word || message.startsWith(`${word} `))) return message;
    }
  }

  /** Takes messages out until so many binary bytes have come. @returns all of them */
  async atLeast(count: number): Promise<Buffer> {
    while (this.bytes.length < count) {
      if ((await this.next()) === null) throw new Error(`closed after ${this.bytes.length} bytes`);
    }
    return this.bytes;
  }

  /** Takes everything out until the socket is closed. */
  async rest(): Promise<WsClosed> {
    while ((await this.next()) !== null);
    return this.closed;
  }

  send(message: string | Uint8Array): void {
    this.ws.send(message);
  }

  /** Ends it without a word. */
  close(): void {
    this.ws.terminate();
  }
}

/** Opens a WebSocket. @throws with the status and the line where the upgrade is refused */
export const openWs = async (
  url: string,
  protocols: string | string[] = 'netwine.1',
  options: ClientOptions = {},
): Promise<WsClient> => {
  const ws = new WebSocket(url.replace(/^http/, 'ws'), protocols, { perMessageDeflate: false, ...options });
  const client = new WsClient(ws);
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve).once('error', reject);
    ws.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      response.on('end', () => reject(new Error(`${response.statusCode} ${text.trim()}`)));
    });
  });
  return client;
};
