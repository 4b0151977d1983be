/** The composition root: the only file that knows every room. */
import fastifyWebsocket from '@fastify/websocket';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  LogController,
} from 'fastify';
import fp from 'fastify-plugin';
import { NetwineError } from './core/errors.ts';
import type { Gate } from './core/gate.ts';
import { Router } from './core/router.ts';
import type { Policy, Target, TargetType } from './core/target.ts';
import { logSessions } from './observe/log.ts';
import { createGate } from './policy/gate.ts';
import { createTargetTypes } from './target/index.ts';
import { refuse } from './transport/answer.ts';
import { closeVerb } from './transport/close.ts';
import { type ConnectOptions, connectVerb } from './transport/connect.ts';
import { callOf } from './transport/context.ts';
import { exchangeVerb } from './transport/exchange.ts';
import { common } from './transport/headers.ts';
import { pages } from './transport/pages.ts';
import { preflight } from './transport/preflight.ts';
import { receiveVerb } from './transport/receive.ts';
import { sendVerb } from './transport/send.ts';
import { ticketVerb } from './transport/ticket.ts';
import { Tickets } from './transport/tickets.ts';
import { hideContentType } from './transport/verb.ts';
import { checkWebsocket, websocketOptions, websocketVerb } from './transport/websocket.ts';

export interface BridgeOptions {
  policy: Policy;
  /** Decoded paths under the prefix that stand for a target. */
  routes?: ReadonlyMap<string, Target>;
  /** Further kinds of targets, or others in the place of ours. */
  targets?: Readonly<Record<string, TargetType>>;
  /** Further names of this bridge, as `host` or `host:port`. */
  hostNames?: readonly string[];
  /** A directory of static files; none by default. */
  staticDir?: string | null;
  requireToken?: boolean;
  pingMs?: number;
  holdMs?: number;
  keepMs?: number;
  ticketMs?: number;
  nonceMs?: number;
  connectTimeoutMs?: number;
  udpIdleMs?: number;
  windowBytes?: number;
  upWindowBytes?: number;
  maxBodyBytes?: number;
  /** Throws LIMIT where there is no room for one more session. */
  admit?: () => void;
}

export const defaults = {
  staticDir: null as string | null,
  requireToken: false,
  pingMs: 20_000,
  holdMs: 25_000,
  keepMs: 120_000,
  ticketMs: 30_000,
  nonceMs: 60_000,
  connectTimeoutMs: 10_000,
  udpIdleMs: 60_000,
  windowBytes: 256 * 1024,
  upWindowBytes: 64 * 1024,
  maxBodyBytes: 8 * 1024 * 1024,
};

/** The sweep runs ten times in a keep, between these. */
const SWEEP = { leastMs: 50, mostMs: 1000 };
/** How long the final records may take on their way out at a stop. */
const LAST_RECORDS_MS = 1000;

/** A bridge without its HTTP server: sessions, and what the transports need of them. */
export class Bridge {
  readonly router: Router;
  readonly gate: Gate;
  readonly tickets: Tickets;
  readonly options: BridgeOptions & typeof defaults;
  readonly answers: ConnectOptions['answers'] = new Set();
  readonly #sweeping: NodeJS.Timeout;

  constructor(given: BridgeOptions) {
    this.options = { ...defaults, ...given };
    const { options } = this;
    this.gate = createGate({
      hostNames: options.hostNames ?? [],
      origins: [],
      requireToken: options.requireToken,
    });
    this.tickets = new Tickets({ lifeMs: options.ticketMs });
    this.router = new Router({
      policy: options.policy,
      targets: { ...createTargetTypes(options), ...options.targets },
      windowBytes: options.windowBytes,
      upWindowBytes: options.upWindowBytes,
      keepMs: options.keepMs,
      nonceMs: options.nonceMs,
      ...(options.admit ? { admit: options.admit } : {}),
    });
    const sweepMs = Math.min(Math.max(options.keepMs / 10, SWEEP.leastMs), SWEEP.mostMs);
    this.#sweeping = setInterval(() => this.#sweep(), sweepMs).unref();
  }

  #sweep(): void {
    const now = performance.now();
    this.router.sweep(now);
    this.tickets.sweep(now);
  }

  /** Refuses new sessions and waits until the open ones are over, or the time is. */
  async drain(waitMs: number): Promise<void> {
    this.router.drain();
    await until(() => this.router.sessions.all().every(({ state }) => state === 'closed'), waitMs);
  }

  /** Ends every session and lets the held answers say so. Leaves nothing behind. */
  async close(): Promise<void> {
    this.router.drain();
    for (const session of this.router.sessions.all()) session.close('SHUTDOWN');
    await until(() => this.answers.size === 0, LAST_RECORDS_MS);
    for (const answer of this.answers) answer.stop();
    clearInterval(this.#sweeping);
  }
}

const CHECK_MS = 20;

const until = async (done: () => boolean, waitMs: number): Promise<void> => {
  const end = performance.now() + waitMs;
  while (!done() && performance.now() < end) {
    await new Promise((resolve) => {
      setTimeout(resolve, CHECK_MS);
    });
  }
};

export interface NetwineOptions extends BridgeOptions {
  /** Where the bridge is mounted; the application's own prefix comes before it. */
  prefix?: string;
}

/** Adds a bridge to a Fastify application; closing the application ends it. */
export const netwine: FastifyPluginAsync<NetwineOptions> = fp(
  async (app: FastifyInstance, options: NetwineOptions) => mount(app, new Bridge(options), options.prefix ?? ''),
  { name: 'netwine', fastify: '5.x' },
);

const mount = async (app: FastifyInstance, bridge: Bridge, prefix: string): Promise<void> => {
  // One registration serves every bridge of the application: two would each answer every upgrade.
  if (!app.hasDecorator('websocketServer')) {
    await app.register(fastifyWebsocket, {
      options: websocketOptions,
      // The library has closed the socket with the right code; ending it harder would lose that code.
      errorHandler: () => {},
    });
  } else checkWebsocket(app.websocketServer);
  logSessions(bridge.router, app.log);
  app.addHook('preClose', () => bridge.close());
  await app.register(async (room) => registerRoom(room, bridge), { prefix: prefix === '/' ? '' : prefix });
};

const registerRoom = async (app: FastifyInstance, bridge: Bridge): Promise<void> => {
  const { router, gate, tickets, answers, options } = bridge;
  const transport: ConnectOptions = {
    ...options,
    router,
    gate,
    tickets,
    answers,
    routes: options.routes ?? new Map(),
    onInternal: (error) => app.log.error({ err: error }, 'the bridge failed'),
  };
  app.addHook('onRequest', (request, reply, done) => {
    hideContentType(request.raw);
    try {
      gate.checkHost(callOf(request.raw));
      done();
    } catch (error) {
      if (!(error instanceof NetwineError)) throw error;
      reply.hijack();
      refuse(request.raw, reply.raw, error, { encoding: null, status200: false });
    }
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const verb of [
    connectVerb,
    receiveVerb,
    sendVerb,
    exchangeVerb,
    closeVerb,
    ticketVerb,
    websocketVerb,
    preflight,
  ]) {
    await app.register(verb, transport);
  }
  if (options.staticDir) await app.register(pages, { root: options.staticDir, token: () => gate.token() });
};

export interface AppOptions extends NetwineOptions {
  /** `silent`, `error`, `info` or `debug`. */
  log?: string;
}

export interface App {
  app: FastifyInstance;
  bridge: Bridge;
}

const plainly = (reply: FastifyReply, status: number, line: string): void => {
  void reply
    .code(status)
    .headers({ ...common, 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
    .send(`${line}\n`);
};

/** An application of its own around one bridge, ready to listen. */
export const createApp = async ({ log = 'silent', prefix = '', ...options }: AppOptions): Promise<App> => {
  const app = Fastify({
    logger: { level: log },
    logController: new LogController({ disableRequestLogging: true }),
    // A connection that never sent a request would keep close() waiting.
    forceCloseConnections: true,
    // While it drains the bridge itself says why it refuses.
    return503OnClosing: false,
    requestTimeout: 0,
    // Longer than the pools of proxies keep a connection, so that they never reuse one that is being closed.
    keepAliveTimeout: 130_000,
  });
  const bridge = new Bridge(options);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setNotFoundHandler((_request, reply) => void plainly(reply, 404, 'NO BAD_REQUEST nothing is here'));
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode >= 500) app.log.error({ err: error }, 'the bridge failed');
    plainly(reply, statusCode, new NetwineError(statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL').record);
  });
  await app.register(fp(async (root: FastifyInstance) => mount(root, bridge, prefix)));
  return { app, bridge };
};
