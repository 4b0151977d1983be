/** Lines to pages, each seen as a stream: a page takes from it what to write, and gives it what came. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A page that has nothing to take asks again after this time. */
const HELD_MS = 10_000;

/** What is written to it, a page writes to its socket; what is read from it has come by that socket. */
export class Line extends Duplex {
  /** What its page has told last. */
  status = new URLSearchParams({ page: 'has not begun' });
  #written: { word: string; done: () => void } | null = null;
  #answer: ((word: string) => void) | null = null;

  constructor() {
    super({ allowHalfOpen: true });
    // A session is over when its page says so, and not when both directions have ended.
    this.once('end', () => this.destroy());
  }

  /** What a page asks, and the answer. */
  async asked(verb: string, body: string): Promise<string> {
    if (verb === 'take') return await this.#take();
    if (verb === 'give') this.push(Buffer.from(body, 'base64'));
    else if (verb === 'status') this.status = new URLSearchParams(body);
    else if (verb === 'over' && body === 'CLOSED') this.push(null);
    else this.destroy(new Error(body));
    return '';
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#offer(chunk.toString('base64'), done);
  }

  override _final(done: () => void): void {
    this.#offer('end', done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#answer?.('end');
    done(error);
  }

  #offer(word: string, done: () => void): void {
    this.#written = { word, done };
    this.#answer?.(word);
  }

  async #take(): Promise<string> {
    const word = this.#written?.word ?? (this.destroyed ? 'end' : await this.#offered());
    const { done } = this.#written ?? {};
    this.#written = null;
    done?.();
    return word;
  }

  async #offered(): Promise<string> {
    const word = await new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve(''), HELD_MS);
      this.#answer = (offered) => {
        clearTimeout(timer);
        resolve(offered);
      };
    });
    this.#answer = null;
    return word;
  }
}

export interface Lines {
  readonly url: string;
  /** Opens one. @returns it, and the name by which its page asks for it */
  open(): { line: Line; name: string };
  close(): Promise<void>;
}

/** Starts what pages ask; they are of other origins. */
export const startLines = async (): Promise<Lines> => {
  const lines: Line[] = [];
  const answer = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(asked.url ?? '', 'http://lines');
    const body = await text(asked);
    const line = lines[Number(searchParams.get('line'))];
    const word = (await line?.asked(pathname.slice(1), body)) ?? '';
    const head = { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' };
    response.writeHead(200, head).end(word);
  };
  const server = createServer((asked, response) => void answer(asked, response).catch(() => response.destroy()));
  server.keepAliveTimeout = 600_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      const line = new Line();
      return { line, name: `${lines.push(line) - 1}` };
    },
    async close() {
      for (const line of lines) line.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
