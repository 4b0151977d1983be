/** A real server that reads each request of a test and hands it to the test, and raw sockets that send it in pieces. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';
import { asNetwineError } from '../../../server/core/errors.ts';
import { type Request, type RequestOptions, readRequest } from '../../../server/transport/request.ts';

/** What the server does with the request of a test, and what came of it. */
export type Act = (request: Request, raw: IncomingMessage) => unknown;

/** One test's server and its clients. */
export class Stage {
  options: RequestOptions = { repeatable: [] };
  act: Act = readWhole;
  /** What happens to a request before it is read. */
  arrive: (raw: IncomingMessage) => void = () => {};
  readonly clients: Socket[] = [];
  readonly #accepted: Socket[] = [];
  readonly #outcomes: ((outcome: unknown) => void)[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((raw, response) => {
      response.on('error', () => {});
      this.arrive(raw);
      readRequest(raw, this.options)
        .then((request) => this.act(request, raw))
        .catch((cause: unknown) => asNetwineError(cause))
        .then((outcome) => {
          this.#outcomes.shift()?.(outcome);
          raw.resume();
          response.end('done');
        });
    });
    this.#server.on('connection', (socket) => this.#accepted.push(socket));
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** A connection, and the same as the server has it. */
  async open(): Promise<{ client: Socket; peer: Socket }> {
    const known = this.#accepted.length;
    const { port } = this.#server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', noDelay: true });
    client.on('error', () => {}).resume();
    this.clients.push(client);
    await once(client, 'connect');
    while (this.#accepted.length === known) await once(this.#server, 'connection');
    return { client, peer: this.#accepted[known] as Socket };
  }

  /** What comes of the next request that has no taker yet. */
  outcome<T>(): Promise<T> {
    return new Promise((resolve) => {
      this.#outcomes.push((value) => resolve(value as T));
    });
  }

  /** The outcome of one request on a connection of its own. */
  async ask<T>(pieces: readonly Uint8Array[]): Promise<T> {
    const { client, peer } = await this.open();
    const result = this.outcome<T>();
    await writePieces(client, peer, pieces);
    return result.finally(() => client.destroy());
  }
}

/** The stage of each test in turn. */
export const useStage = (): { readonly now: Stage } => {
  const holder: { stage: Stage | null } = { stage: null };
  beforeEach(async () => {
    holder.stage = new Stage();
    await holder.stage.start();
  });
  afterEach(() => holder.stage?.stop());
  return {
    get now() {
      if (!holder.stage) throw new Error('a stage lives within a test');
      return holder.stage;
    },
  };
};

/** Writes each piece when the server has read the one before. */
export const writePieces = async (client: Socket, peer: Socket, pieces: readonly Uint8Array[]): Promise<void> => {
  let sent = peer.bytesRead;
  for (const piece of pieces) {
    client.write(piece);
    sent += piece.length;
    while (peer.bytesRead < sent && !peer.destroyed) await setImmediate();
  }
};

export interface Wire {
  path?: string;
  headers?: string;
  /** Send the body in chunks of at most so many bytes instead of with its length. */
  chunkBytes?: number;
}

/** A request with this body, as it goes over the wire. */
export const wire = (body: string | Uint8Array, { path = '/send', headers = '', chunkBytes }: Wire = {}): Buffer => {
  const bytes = Buffer.from(body as string);
  const head = (field: string) =>
    Buffer.from(`POST ${path} HTTP/1.1\r\nHost: a\r\n${headers}${field}\r\n\r\n`, 'latin1');
  if (chunkBytes === undefined) return Buffer.concat([head(`Content-Length: ${bytes.length}`), bytes]);
  const parts = [head('Transfer-Encoding: chunked')];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
};

export const singly = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

export interface Whole {
  key: string | undefined;
  text: string;
  declared: number | null;
  how: string;
  complete: boolean;
}

/** Reads all by `forEach`; each second chunk is taken later. */
export const readWhole: Act = async ({ parameters, payload }, raw): Promise<Whole> => {
  const chunks: Uint8Array[] = [];
  const { declared } = payload;
  let taking = false;
  const take = (chunk: Uint8Array): void | Promise<void> => {
    if (taking) throw new Error('a chunk came while one was being taken');
    chunks.push(chunk);
    if (chunks.length % 2 === 0) return;
    taking = true;
    return setImmediate().then(() => {
      taking = false;
    });
  };
  const how = await payload.forEach(take);
  const text = Buffer.concat(chunks).toString('latin1');
  return { key: parameters.text('key'), text, declared, how, complete: raw.complete };
};

/** Matches a failure of this code. */
export const refused = (code: string) => expect.objectContaining({ code });
