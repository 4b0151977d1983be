/** The whole bridge but its HTTP server, over an unreliable link in memory: its own verbs, encodings, tickets and sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { Bridge } from '../../server/bridge.ts';
import type { Target } from '../../server/core/target.ts';
import { closeVerb } from '../../server/transport/close.ts';
import { type ConnectOptions, connectVerb } from '../../server/transport/connect.ts';
import { exchangeVerb } from '../../server/transport/exchange.ts';
import { receiveVerb } from '../../server/transport/receive.ts';
import { sendVerb } from '../../server/transport/send.ts';
import { redeem, ticketVerb } from '../../server/transport/ticket.ts';
import { serveFirst } from '../../server/transport/websocket-first.ts';
import type { AnswerListener, Link, SocketEnd, SocketListener } from './link.ts';
import { type Asked, MemoryRequest, MemoryResponse, MemorySocket } from './memory-http.ts';

export interface MemoryBridgeOptions {
  link: Link;
  windowBytes: number;
  upWindowBytes: number;
  /** Connects to the target of a name, or throws. */
  dial(host: string): Promise<Duplex>;
  /** What a control run changes about the parameters of requests. */
  tamper?: ((parameters: string) => string) | undefined;
}

type Serve = (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): void }) => void;

const VERBS = [closeVerb, exchangeVerb, receiveVerb, sendVerb, ticketVerb];
/** Shorter than usual, so that a run with many holds is over soon. */
const MS = { holdMs: 6000, pingMs: 2500, keepMs: 600_000 };

const hostOf = (target: Target): string => ('host' in target ? target.host : '');

export class MemoryBridge {
  readonly bridge: Bridge;
  /** Failures of the bridge itself. */
  readonly internal: unknown[] = [];
  readonly #link: Link;
  readonly #options: ConnectOptions;
  readonly #tamper: (parameters: string) => string;
  readonly #paths = new Map<string, Serve>();

  constructor({ link, dial, tamper, ...windows }: MemoryBridgeOptions) {
    this.#link = link;
    this.#tamper = tamper ?? ((parameters) => parameters);
    this.bridge = new Bridge({
      ...MS,
      ...windows,
      script: true,
      policy: { permit: async (_, target) => ({ target, addresses: [], options: {}, rule: null }) },
      targets: { tcp: ({ target }) => dial(hostOf(target)) },
    });
    const { router, gate, tickets, answers, options } = this.bridge;
    this.#options = {
      ...options,
      router,
      gate,
      tickets,
      answers,
      routes: new Map(),
      onInternal: (error) => this.internal.push(error),
    };
    const app = { post: (path: string, serve: Serve) => this.#paths.set(path, serve) } as unknown as FastifyInstance;
    connectVerb(app, this.#options, () => {});
    for (const verb of VERBS) verb(app, this.#options, () => {});
  }

  /** @returns what to call when the client no longer waits */
  request({ method, url, body: sent }: Asked, client: AnswerListener): () => void {
    const link = this.#link;
    const asked = { method, url, body: Buffer.from(this.#tamper(Buffer.from(sent).toString('latin1')), 'latin1') };
    return link.request((answer) => {
      const { body } = asked;
      const request = new MemoryRequest(asked, link.below(4) === 0);
      const response = new MemoryResponse(answer, link);
      const most = Math.floor(body.length * answer.bodyPart);
      response.once('close', () => request.destroy());
      request.bring(link, body, most);
      if (most < body.length) request.once('close', () => response.destroy());
      const raw = request as unknown as IncomingMessage;
      const reply = { raw: response as unknown as ServerResponse, hijack: () => {} };
      if (asked.method === 'GET') void redeem(raw, reply.raw, this.#options);
      else this.#paths.get(asked.url)?.({ raw }, reply);
    }, client);
  }

  /** @param first the first message, which connects or attaches */
  open(first: string, client: SocketListener): SocketEnd {
    return this.#link.open((end) => {
      const socket = new MemorySocket(end, this.#link);
      const request = { headers: {}, rawHeaders: [], socket: {} } as unknown as IncomingMessage;
      const asker = { address: '127.0.0.1', origin: null, identity: null };
      const how = { client: asker, request, to: undefined, route: null, options: this.#options };
      serveFirst(socket as unknown as WebSocket, how);
      socket.heard(first);
      // A turn later: no answer is faster than the promises of the bridge.
      const later = (act: () => void): void => void this.#link.turns.in(1, act);
      return { message: (message) => later(() => socket.heard(message)), close: () => later(() => socket.closed()) };
    }, client);
  }
}
