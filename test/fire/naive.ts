/** The control: a bridge and its client as they are often built, posts by key without offsets, a stream without resume. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';

export interface NaiveBridge {
  readonly port: number;
  close(): Promise<void>;
}

/** One target, and the answer that carries what it says. */
class NaiveSession {
  readonly target: Socket;
  /** What came while no answer was open. */
  #kept: Buffer[] = [];
  #ended = false;
  #answer: ServerResponse | null = null;

  constructor(target: Socket) {
    this.target = target;
    target.on('error', () => {});
    target.on('data', (chunk: Buffer) => {
      // What was written to an answer counts as delivered.
      if (this.#answer) this.#answer.write(chunk);
      else this.#kept.push(chunk);
    });
    target.on('end', () => {
      this.#ended = true;
      this.#answer?.end();
    });
  }

  receive(answer: ServerResponse): void {
    this.#answer?.destroy();
    this.#answer = answer;
    answer.once('close', () => {
      if (this.#answer === answer) this.#answer = null;
    });
    answer.flushHeaders();
    for (const chunk of this.#kept.splice(0)) answer.write(chunk);
    if (this.#ended) answer.end();
  }
}

/**
 * `/connect?to=`, `/send?key=` with bytes and `&end`, `/receive?key=`. A body is whole before any of it is written.
 * @param pages  files that it serves, too, by their paths
 */
export const startNaiveBridge = async (pages: Readonly<Record<string, string>> = {}): Promise<NaiveBridge> => {
  const sessions = new Map<string, NaiveSession>();
  const answer = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(asked.url ?? '', 'http://naive');
    const body = await buffer(asked);
    if (asked.method === 'GET') return void response.end(pages[pathname]);
    if (pathname === '/connect') {
      const target = connect(Number(/\d+$/.exec(searchParams.get('to') ?? '')?.[0]), '127.0.0.1');
      target.allowHalfOpen = true;
      sessions.set(`${sessions.size}`, new NaiveSession(target));
      return void response.end(`OK ${sessions.size - 1}\n`);
    }
    const session = sessions.get(searchParams.get('key') ?? '');
    if (!session) return void response.writeHead(410).end();
    if (pathname === '/receive') return session.receive(response);
    if (body.length > 0) session.target.write(body);
    if (searchParams.has('end')) session.target.end();
    response.end('OK\n');
  };
  const server = createServer((asked, response) => void answer(asked, response).catch(() => response.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const { target } of sessions.values()) target.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Its client repeats a post until it is answered, as browsers do, and opens the stream again when it breaks. */
export class NaiveConnection extends Duplex {
  readonly #url: string;
  readonly #opened: Promise<string>;

  constructor(to: string, url: string) {
    super({ allowHalfOpen: true });
    this.#url = url;
    this.#opened = this.#post(`connect?to=${to}`).then((text) => `key=${text.slice(3).trim()}`);
    void this.#opened.then(async (key) => {
      while (!this.destroyed && !(await this.#receive(key)));
    });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    void this.#opened.then((key) => this.#post(`send?${key}`, chunk)).then(() => done());
  }

  override _final(done: () => void): void {
    void this.#opened.then((key) => this.#post(`send?${key}&end`)).then(() => done());
  }

  /** A request that breaks behind its answer breaks the answer, too. */
  async #ask(path: string, body?: Uint8Array): Promise<IncomingMessage> {
    const asked = request(`${this.#url}/${path}`, { method: 'POST' });
    asked.on('error', () => {});
    const [answer] = (await once(asked.end(body), 'response')) as [IncomingMessage];
    return answer;
  }

  async #post(path: string, body?: Uint8Array): Promise<string> {
    while (!this.destroyed) {
      try {
        return (await buffer(await this.#ask(path, body))).toString('latin1');
      } catch {
        // It is not known whether it was processed.
      }
    }
    return '';
  }

  /** @returns whether the stream has come to its end */
  async #receive(key: string): Promise<boolean> {
    try {
      for await (const chunk of await this.#ask(`receive?${key}`)) this.push(chunk);
      this.push(null);
      return true;
    } catch {
      return false;
    }
  }
}
