/** Posts over kept connections with as little as can be in between, for plans that make a hundred thousand of them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer that is whole. */
export interface Answer {
  status: number;
  text: string;
}

/** What a request is besides its path: a POST of nothing. */
interface Form {
  method?: 'GET' | 'POST';
  body?: Uint8Array | undefined;
}

const requestOf = (path: string, { method = 'POST', body = Buffer.alloc(0) }: Form): Buffer =>
  Buffer.concat([
    Buffer.from(
      `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nNetwine: 1\r\nContent-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);

const dechunk = (text: string): string | null => {
  let plain = '';
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(text.slice(at, line), 16);
    const end = line + 2 + size + 2;
    if (text.length < end) return null;
    if (size === 0) return plain;
    plain += text.slice(line + 2, end - 2);
    at = end;
  }
};

/** Null as long as it is not whole. [RFC 9112 section 6.3] */
const answerOf = (text: string): Answer | null => {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const fields = text.slice(0, head);
  const rest = text.slice(head + 4);
  const status = Number(fields.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)/i.exec(fields)?.[1];
  if (length !== undefined) return rest.length < Number(length) ? null : { status, text: rest };
  const body = dechunk(rest);
  return body === null ? null : { status, text: body };
};

/** The bytes of an answer in lines, base64 behind DATA. [PROTOCOL 4] */
export const dataOf = (text: string): Buffer =>
  Buffer.concat([...text.matchAll(/^DATA (\S+)$/gm)].map(([, data = '']) => Buffer.from(data, 'base64')));

/** One connection, one request after the other; it is opened when it is needed. */
export class Posts {
  readonly #port: number;
  #socket: Socket | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  /** @throws where the connection ends before the answer does */
  async post(path: string, body?: Uint8Array): Promise<Answer> {
    return await this.ask(path, { body });
  }

  /** @throws where the connection ends before the answer does */
  async ask(path: string, form: Form): Promise<Answer> {
    const socket = await this.#open();
    let text = '';
    return await new Promise((resolve, reject) => {
      const settle = (answer: Answer | null): void => {
        socket.removeAllListeners('data').removeAllListeners('close');
        if (answer) resolve(answer);
        else reject(new Error(`no whole answer to ${path.replace(/\?.*/, '')}`));
      };
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const answer = answerOf(text);
        if (!answer) return;
        // Whoever used it again would meet its end.
        if (/^connection: close\r$/im.test(text.slice(0, text.indexOf('\r\n\r\n') + 2))) socket.destroy();
        settle(answer);
      });
      socket.once('close', () => settle(null));
      socket.write(requestOf(path, form));
    });
  }

  async #open(): Promise<Socket> {
    if (this.#socket?.writable && this.#socket.readable) return this.#socket;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    socket.once('end', () => socket.destroy());
    await once(socket, 'connect');
    this.#socket = socket;
    return socket;
  }

  close(): void {
    this.#socket?.destroy();
  }
}

/** Asks over a connection of its own and waits until that is over, whatever is answered. */
export const askInVain = async (port: number, path: string, form: Form): Promise<boolean> => {
  const posts = new Posts(port);
  const answered = await posts.ask(path, form).then(
    () => true,
    () => false,
  );
  posts.close();
  return answered;
};
