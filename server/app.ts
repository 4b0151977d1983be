/** The composition root: the Fastify side of a bridge, where every room meets. */
import fastifyWebsocket from '@fastify/websocket';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  LogController,
} from 'fastify';
import fp from 'fastify-plugin';
import { Bridge, type BridgeOptions } from './bridge.ts';
import { NetwineError } from './core/errors.ts';
import { logSessions } from './observe/log.ts';
import { LogStream } from './observe/log-stream.ts';
import { type HostsTexts, loadHosts, parseHosts } from './policy/load.ts';
import { createPolicy } from './policy/policy.ts';
import { refuse } from './transport/answer.ts';
import { closeVerb } from './transport/close.ts';
import { type ConnectOptions, connectVerb } from './transport/connect.ts';
import { callOf, clientOf } from './transport/context.ts';
import { exchangeVerb } from './transport/exchange.ts';
import { common } from './transport/headers.ts';
import { ignoreOtherUpgrades } from './transport/other-upgrades.ts';
import { pages } from './transport/pages.ts';
import { preflight } from './transport/preflight.ts';
import { receiveVerb } from './transport/receive.ts';
import { sendVerb } from './transport/send.ts';
import { ticketVerb } from './transport/ticket.ts';
import { refuseUnread } from './transport/unread.ts';
import { hideContentType } from './transport/verb.ts';
import { checkUpgrades, checkWebsocket, socketFailed, websocketOptions, websocketVerb } from './transport/websocket.ts';

export { Bridge, type BridgeOptions } from './bridge.ts';
export { HostsError } from './policy/hosts-error.ts';
export { websocketOptions } from './transport/websocket.ts';

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
  // Before that of the WebSocket library, which closes every socket that is still open without saying why.
  app.addHook('preClose', () => bridge.close());
  // One registration serves every bridge of the application: two would each answer every upgrade.
  if (app.hasDecorator('websocketServer')) checkWebsocket(app.websocketServer);
  else {
    checkUpgrades(app.server);
    await app.register(fastifyWebsocket, {
      options: websocketOptions,
      errorHandler: socketFailed,
    });
    ignoreOtherUpgrades(app.server);
  }
  logSessions(bridge.router, app.log);
  await app.register(async (room) => registerRoom(room, bridge), {
    prefix: prefix === '/' ? '' : prefix,
    // Keys may stand in a URL, which an application's log of requests would show.
    logLevel: 'silent',
  });
};

const registerRoom = async (app: FastifyInstance, bridge: Bridge): Promise<void> => {
  const { router, gate, tickets, answers, options } = bridge;
  const { routes = new Map(), pingMs, holdMs, windowBytes, upWindowBytes, maxBodyBytes, script } = options;
  // One by one: Fastify would read a prefix or a level of logging among them as its own, once more for each verb.
  const transport: ConnectOptions = {
    router,
    gate,
    tickets,
    answers,
    routes,
    pingMs,
    holdMs,
    windowBytes,
    upWindowBytes,
    maxBodyBytes,
    script,
    onInternal: (error) => app.log.error({ err: error }, 'the bridge failed'),
  };
  app.addHook('onRequest', (request, reply, done) => {
    hideContentType(request.raw);
    try {
      gate.checkHost(callOf(request.raw));
      bridge.descriptors?.admitRequest();
      // Node gives up the body of what it takes for an upgrade, so such a post cannot be read.
      if (request.ws && request.method !== 'GET') {
        throw new NetwineError('BAD_REQUEST', { text: 'leave out the Upgrade header: this is no WebSocket' });
      }
      done();
    } catch (error) {
      if (!(error instanceof NetwineError)) throw error;
      router.emit('refuse', {
        client: clientOf(request.raw),
        target: null,
        transport: 'http',
        error,
        addresses: [],
        ms: 0,
      });
      reply.hijack();
      refuse(request.raw, reply.raw, error, { encoding: null, status200: false, close: request.ws });
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
  if (options.staticDir) {
    await app.register(pages, {
      root: options.staticDir,
      client: options.clientDir,
      token: () => gate.token(),
      chat: options.chatTarget,
    });
  }
};

export interface AppOptions extends Omit<NetwineOptions, 'policy' | 'routes'> {
  /** A directory of hosts files, or the texts of such files. */
  hosts: string | HostsTexts;
  /** `silent`, `error`, `info` or `debug`. */
  log?: string;
}

export interface App {
  app: FastifyInstance;
  bridge: Bridge;
  /** What the operator should know of the hosts files. */
  warnings: readonly string[];
  /** Writes what the log still holds; for the exit of the process. */
  endLog(): void;
}

const STDOUT = 1;

const plainly = (reply: FastifyReply, status: number, line: string): void => {
  void reply
    .code(status)
    .headers({ ...common, 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
    .send(`${line}\n`);
};

/** What an act throws, where it is a failure of ours. */
const failureOf = (act: () => void): NetwineError | null => {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof NetwineError) return error;
    throw error;
  }
};

/** An application of its own around one bridge, ready to listen. @throws HostsError */
export const createApp = async ({ log = 'silent', prefix = '', hosts: from, ...options }: AppOptions): Promise<App> => {
  const hosts = typeof from === 'string' ? await loadHosts(from) : parseHosts(from);
  // The logger's own stream tries for ever to write its last lines where their reader has gone.
  const stream = new LogStream(STDOUT);
  const app = Fastify({
    logger: { level: log, stream },
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would cost more than most requests; what is logged speaks of sessions.
    childLoggerFactory: (logger) => logger,
    // A connection that never sent a request would keep close() waiting.
    forceCloseConnections: true,
    // While it drains the bridge itself says why it refuses.
    return503OnClosing: false,
    requestTimeout: 0,
    // What is not even a request, or names no path, is told so in the wire's words too.
    clientErrorHandler: refuseUnread,
    frameworkErrors: (_error, request, reply) => {
      const error = failureOf(() => bridge.gate.checkHost(callOf(request.raw))) ?? new NetwineError('BAD_REQUEST');
      plainly(reply, error.failure.status, error.record);
      // Nobody else ends the connection of an upgrade that never came to a route.
      reply.raw.once('finish', () => request.raw.socket.destroySoon());
    },
    // Longer than the pools of proxies keep a connection, so that they never reuse one that is being closed.
    keepAliveTimeout: 130_000,
  });
  const policy = createPolicy({ hosts, self: () => app.addresses() });
  const bridge = new Bridge({ ...options, policy, routes: hosts.routes });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', (request, _reply, done) => {
    hideContentType(request.raw);
    done();
  });
  app.setNotFoundHandler((request, reply) => {
    bridge.gate.checkHost(callOf(request.raw));
    plainly(reply, 404, 'NO BAD_REQUEST nothing is here');
  });
  app.setErrorHandler<FastifyError | NetwineError>((error, _request, reply) => {
    if (error instanceof NetwineError) return plainly(reply, error.failure.status, error.record);
    const { statusCode = 500 } = error;
    if (statusCode >= 500) app.log.error({ err: error }, 'the bridge failed');
    plainly(reply, statusCode, new NetwineError(statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL').record);
  });
  bridge.descriptors?.watch(app.server);
  await app.register(fp(async (root: FastifyInstance) => mount(root, bridge, prefix)));
  return { app, bridge, warnings: hosts.warnings, endLog: () => stream.end() };
};
