/** GET /connect, GET /receive and routes by WebSocket upgrade: who may, which dialect, and the dial before the 101. [PROTOCOL 8] */
import type { IncomingMessage, Server } from 'node:http';
import type {} from '@fastify/websocket';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket, WebSocketServer } from 'ws';
import { asNetwineError, failures, NetwineError } from '../core/errors.ts';
import type { Session } from '../core/session.ts';
import type { Target } from '../core/target.ts';
import { type Loop, refuse } from './answer.ts';
import { type ConnectOptions, logged, namedTarget, readTarget } from './connect.ts';
import { callOf, clientOf, type TransportOptions } from './context.ts';
import { watchEarly } from './early.ts';
import { getConnect, scriptGet } from './get.ts';
import { common } from './headers.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import { redeem } from './ticket.ts';
import { serveFirst } from './websocket-first.ts';
import { servePlain } from './websocket-plain.ts';
import { refuseSocket, SUBPROTOCOL } from './websocket-session.ts';

/** What the WebSocket library is told, here and where an application registers it itself. */
export const websocketOptions = {
  maxPayload: 1024 * 1024,
  maxFragments: 1024,
  perMessageDeflate: false,
  handleProtocols: (offered: Set<string>): string | false =>
    offered.has(SUBPROTOCOL) ? SUBPROTOCOL : (offered.values().next().value ?? false),
};

/** Throws where an application has registered the WebSocket library in a way that would break the bridge. */
export const checkWebsocket = ({ options }: WebSocketServer): void => {
  // 0 is no limit.
  const mostBytes = options.maxPayload || Infinity;
  const fits =
    options.perMessageDeflate === false &&
    mostBytes <= websocketOptions.maxPayload &&
    options.handleProtocols === websocketOptions.handleProtocols;
  if (!fits) throw new Error('register @fastify/websocket with { options: websocketOptions }, which netwine exports');
};

/** Throws where upgrades are answered already, out of our sight: two would answer each of them. */
export const checkUpgrades = (server: Pick<Server, 'listenerCount'>): void => {
  if (server.listenerCount('upgrade') === 0) return;
  throw new Error(
    'something else answers upgrades here: register @fastify/websocket with { options: websocketOptions }, ' +
      'which netwine exports, on the application itself and before everything that uses it',
  );
};

/** What is known of an upgrade before its 101. */
interface Upgrade {
  parameters: Parameters;
  origin: string | null;
  /** The session of a plain client; netwine's own dialect connects by its first message. */
  session: Session | null;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** What the WebSocket library tells of a socket that failed; those of the application's own routes end as they would without us. */
export const socketFailed = (error: Error, ws: WebSocket, request: FastifyRequest): void => {
  // The library closes a socket of ours with the right code; ending it harder would lose that code.
  if (upgrades.has(request.raw)) return;
  request.log.error(error);
  ws.terminate();
};

const offers = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

/** A handshake that the library will refuse is not worth a dial. [RFC 6455 4.2.1] */
const isHandshake = ({ headers }: IncomingMessage): boolean =>
  /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
  ['13', '8'].includes(headers['sec-websocket-version'] ?? '');

const queryOf = (request: IncomingMessage): Parameters => {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  return parseParameters(mark < 0 ? '' : url.slice(mark + 1));
};

/** What a URL asks for, where it can be read. */
const toOf = (request: IncomingMessage): string | undefined => {
  try {
    return queryOf(request).text('to');
  } catch {
    return undefined;
  }
};

const judge = async (request: IncomingMessage, route: Target | null, options: TransportOptions): Promise<void> => {
  const client = clientOf(request);
  const asked = { client, request, target: namedTarget(toOf(request), route), transport: 'websocket' };
  const { upgrade, target } = await logged(options, asked, async () => readUpgrade(request, route, options));
  upgrades.set(request, upgrade);
  if (target === null) return;
  const early = watchEarly(request.socket, options.upWindowBytes);
  try {
    const how = { transport: 'websocket', signal: early.gone };
    const opened = await options.router.open({ ...client, origin: upgrade.origin }, target, how);
    if ('moved' in opened) throw new NetwineError('INTERNAL');
    const { session } = opened;
    upgrade.session = session;
    // Should the library refuse the handshake after all, nobody has the session.
    request.socket.once('close', () => {
      if (upgrade.session) session.close('ABANDONED');
    });
  } finally {
    early.release();
  }
};

/** What an upgrade asks for; no target where nothing is dialled before the 101. */
const readUpgrade = (request: IncomingMessage, route: Target | null, options: TransportOptions) => {
  const parameters = queryOf(request);
  const origin = options.gate.checkCaller(callOf(request), { token: parameters.text('token'), upgrade: true });
  if (parameters.has('key')) throw new NetwineError('BAD_REQUEST', { text: 'a key never stands in a URL' });
  const upgrade: Upgrade = { parameters, origin, session: null };
  const later = offers(request).includes(SUBPROTOCOL) || !isHandshake(request);
  return { upgrade, target: later ? null : readTarget(parameters.text('to'), route) };
};

const refuseUpgrade = (reply: FastifyReply, cause: unknown, options: TransportOptions): void => {
  const error = asNetwineError(cause);
  if (error.code === 'INTERNAL') options.onInternal(error.cause);
  const { status } = failures[error.code];
  void reply
    .code(status)
    .headers({ ...common, 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
    .send(`${error.record}\n`);
};

const postOnly = ({ raw, ws }: FastifyRequest, reply: FastifyReply): void => {
  reply.hijack();
  const error = new NetwineError('BAD_REQUEST', { text: 'POST this, or upgrade /connect or /receive to a WebSocket' });
  refuse(raw, reply.raw, error, { encoding: null, status200: false, close: ws });
};

export const websocketVerb: FastifyPluginCallback<ConnectOptions> = (app, options, done) => {
  const add = (
    path: string,
    route: Target | null,
    get: (request: FastifyRequest, reply: FastifyReply) => void,
  ): void => {
    app.route({
      method: 'GET',
      url: path,
      exposeHeadRoute: false,
      preHandler: async (request, reply) => {
        if (!request.ws) return;
        await judge(request.raw, route, options).catch((cause) => refuseUpgrade(reply, cause, options));
        if (reply.sent) return reply;
      },
      handler: (request, reply) => {
        reply.hijack();
        get(request, reply);
      },
      wsHandler: (ws, request) => {
        try {
          serve(ws, request.raw, route, options);
        } catch (cause) {
          refuseSocket(ws, cause, options);
        }
      },
    });
  };
  const door = (path: string, route: Target | null): void =>
    add(path, route, (request, reply) => void getConnect(request.raw, reply.raw, { path, route }, options));
  door('/connect', null);
  add('/receive', null, (request, reply) => void redeem(request.raw, reply.raw, options));
  for (const [path, target] of options.routes) door(path, target);
  for (const path of ['/send', '/exchange', '/close', '/ticket']) {
    const get = scriptGet(path, options);
    // Behind this hook the library would say 101 to an upgrade.
    const preHandler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      if (request.ws) postOnly(request, reply);
    };
    app.get(path, { exposeHeadRoute: false, preHandler }, (request, reply) => {
      if (!get) return postOnly(request, reply);
      reply.hijack();
      get(request.raw, reply.raw);
    });
  }
  const all = ['/connect', '/receive', '/send', '/exchange', '/close', '/ticket', ...options.routes.keys()];
  for (const path of all) app.head(path, postOnly);
  done();
};

const serve = (ws: WebSocket, request: IncomingMessage, route: Target | null, options: TransportOptions): void => {
  const upgrade = upgrades.get(request);
  if (!upgrade) return ws.terminate();
  const { session, parameters, origin } = upgrade;
  upgrade.session = null;
  // A stop waits for a socket as for a held answer, and no longer: who does not read never answers its close.
  const held: Loop = { resume: () => ws.resume(), stop: () => ws.terminate() };
  options.answers.add(held);
  ws.once('close', () => options.answers.delete(held));
  // Watched until now, the socket was left paused.
  ws.resume();
  if (session) return servePlain(ws, session, { socket: request.socket, options });
  const client = { ...clientOf(request), origin };
  held.shutDown = serveFirst(ws, { client, request, to: parameters.text('to'), route, options });
};
