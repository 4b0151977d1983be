/** An HTTP proxy on loopback with one bad habit or several, of those that stand between pages and bridges. */
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { namesOf, onUpgrade, type Upgrades } from './middle-box-upgrades.ts';

export interface Habits {
  /** Each answer is held back until it is whole, and has a length then. */
  whole?: true;
  gzip?: true;
  /** Names of headers in capitals, and one request to a connection. */
  old?: true;
  /** Connections on which nothing has moved for so long are cut. */
  idleMs?: number;
  /** A connection that was used before is reset once a body has come on it and the bridge has answered; each body once. */
  resets?: true;
  /** By default they are passed on as if they asked for no upgrade. */
  upgrades?: Upgrades;
}

/** One POST, as it came. */
export interface Post {
  /** Of the bridge. */
  verb: string;
  body: string;
  /** The connection was reset in the place of an answer. */
  isReset: boolean;
}

export interface MiddleBox {
  /** Ends in a slash. */
  url: string;
  /** In the order of their arrival. */
  readonly posts: readonly Post[];
  /** Upgrades that were asked for. */
  readonly upgrades: number;
  close(): Promise<void>;
}

const withoutHop = ({ connection: _, upgrade: __, ...headers }: OutgoingHttpHeaders): OutgoingHttpHeaders => headers;

const inCapitals = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));

/** Hands an answer of the bridge on. */
const answer = async (from: IncomingMessage, to: ServerResponse, { whole, gzip, old }: Habits): Promise<void> => {
  const head = { ...withoutHop(from.headers), ...(old ? { connection: 'close' } : {}) };
  const coded: OutgoingHttpHeaders = gzip ? { ...head, 'content-encoding': 'gzip', 'content-length': undefined } : head;
  const { 'transfer-encoding': _, 'content-length': length, ...rest } = coded;
  const status = from.statusCode ?? 502;
  const say = (more: OutgoingHttpHeaders): ServerResponse =>
    to.writeHead(status, old ? inCapitals({ ...rest, ...more }) : { ...rest, ...more });
  if (whole) {
    const body = gzip ? gzipSync(await buffer(from)) : await buffer(from);
    say({ 'content-length': body.length }).end(body);
  } else if (gzip) {
    from.pipe(createGzip({ flush: constants.Z_SYNC_FLUSH })).pipe(say({}));
  } else from.pipe(say(length === undefined ? {} : { 'content-length': length }));
};

class Box implements MiddleBox {
  url = '';
  readonly posts: Post[] = [];
  upgrades = 0;
  readonly #habits: Habits;
  readonly #bridge: URL;
  readonly #server: Server;
  readonly #used = new WeakSet<object>();
  readonly #upgraded = new Set<Duplex>();

  constructor(bridge: URL, habits: Habits) {
    this.#bridge = bridge;
    this.#habits = habits;
    this.#server = createServer((request, response) => void this.#pass(request, response));
    const { idleMs = 0, upgrades } = habits;
    this.#server.keepAliveTimeout = idleMs || 60_000;
    if (idleMs > 0) this.#server.setTimeout(idleMs, (socket) => socket.destroy());
    if (upgrades === undefined) return;
    this.#server.on('upgrade', (request, socket) => {
      this.upgrades += 1;
      this.#upgraded.add(socket.once('close', () => this.#upgraded.delete(socket)));
      request.socket.setTimeout(idleMs, () => socket.destroy());
      onUpgrade[upgrades](request, socket, bridge);
    });
  }

  async listen(): Promise<MiddleBox> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    return this;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    await closed;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.upgrade !== undefined) this.upgrades += 1;
    const body = await buffer(request).catch(() => null);
    if (body === null) return void response.destroy();
    const isReset = this.#note(request, body);
    const { hostname, port } = this.#bridge;
    const headers = { ...withoutHop(request.headers), ...namesOf(this.#bridge, request) };
    const options = { hostname, port, method: request.method, path: request.url, headers, agent: false };
    const onward = httpRequest(options, (from) => {
      from.on('error', () => response.destroy());
      if (!isReset) void answer(from, response, this.#habits).catch(() => response.destroy());
      else from.resume().once('end', () => request.socket.resetAndDestroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  }

  /** @returns whether it is to be answered by a reset */
  #note(request: IncomingMessage, bytes: Buffer): boolean {
    const wasUsed = this.#used.has(request.socket);
    this.#used.add(request.socket);
    if (request.method !== 'POST') return false;
    const verb = (request.url ?? '').slice(1);
    const body = bytes.toString('latin1');
    const wasReset = this.posts.some((other) => other.isReset && other.verb === verb && other.body === body);
    const isReset = this.#habits.resets === true && wasUsed && !wasReset;
    this.posts.push({ verb, body, isReset });
    return isReset;
  }
}

/** @param bridge where it hands requests on to */
export const startMiddleBox = (bridge: URL, habits: Habits): Promise<MiddleBox> => new Box(bridge, habits).listen();
