/** POST /connect and the POST of a route: opens a session, answers `OK <key>`, and goes on as the first reader. */
import type { IncomingMessage } from 'node:http';
import type { FastifyPluginCallback } from 'fastify';
import { asNetwineError, NetwineError } from '../core/errors.ts';
import type { Opened } from '../core/router.ts';
import type { Session } from '../core/session.ts';
import type { Client, Target } from '../core/target.ts';
import { formatTarget, parseTarget } from '../core/target-url.ts';
import { type Ask, callOf, clientOf, type TransportOptions } from './context.ts';
import { page } from './encoding/index.ts';
import { emptySeat, holdRaw, holdRecords, infoRecord, seatOf } from './held.ts';
import { attachPage, baseOf, holdPage } from './page-answer.ts';
import type { Parameters } from './parameters.ts';
import { type Reading, readReading } from './reading.ts';
import { addVerb, sendRecord } from './verb.ts';

export interface ConnectOptions extends TransportOptions {
  /** Decoded paths under the prefix, with the target that each names. */
  routes: ReadonlyMap<string, Target>;
}

/** A nonce is a secret: shorter ones could be guessed. [PROTOCOL 3] */
const NONCE = /^[A-Za-z0-9._~-]{22,1024}$/;

/** Reads and judges a nonce. @throws BAD_REQUEST */
export const readNonce = (parameters: Parameters): string | undefined => {
  const nonce = parameters.text('nonce');
  if (nonce !== undefined && !NONCE.test(nonce)) {
    throw new NetwineError('BAD_REQUEST', { text: 'nonce must be 22 to 1024 url-safe characters' });
  }
  return nonce;
};

/** How long the client asks to be kept, in milliseconds. @throws BAD_REQUEST */
export const readKeepMs = (parameters: Parameters): number | undefined => {
  const keep = parameters.number('keep');
  return keep === undefined ? undefined : keep * 1000;
};

/** Who asks for what, before anything of it is judged. */
export interface Asked {
  client: Client;
  request: IncomingMessage;
  /** In its canonical spelling; null where it cannot be read. */
  target: string | null;
  transport: string;
}

/** Runs what comes before the router, and tells the log what it refuses. */
export const logged = async <T>({ router }: TransportOptions, asked: Asked, read: () => Promise<T>): Promise<T> => {
  const { request, target, transport } = asked;
  try {
    return await read();
  } catch (cause) {
    const client = { ...asked.client, origin: request.headers.origin ?? null };
    router.emit('refuse', { client, target, transport, error: asNetwineError(cause), addresses: [], ms: 0 });
    throw cause;
  }
};

/** What a request asks for, as the log writes it. */
export const namedTarget = (to: string | undefined, route: Target | null): string | null => {
  try {
    return formatTarget(route ?? parseTarget(to ?? ''));
  } catch {
    return null;
  }
};

/** The target that a request asks for; a route's is fixed. @throws BAD_REQUEST, BAD_TARGET */
export const readTarget = (to: string | undefined, route: Target | null): Target => {
  if (route !== null && to !== undefined) {
    throw new NetwineError('BAD_REQUEST', { text: 'this path has its own target: leave out to' });
  }
  if (route !== null) return route;
  if (to === undefined) throw new NetwineError('BAD_REQUEST', { text: 'connect needs to, as in to=tcp://host:port' });
  return parseTarget(to);
};

/** A signal that is aborted when the response is gone before it was answered. */
const gone = ({ response }: Ask): AbortSignal => {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
};

/** The path of a connect, and the target that it names if it is a route's. */
export interface Door {
  path: string;
  route: Target | null;
}

export const connect = async (ask: Ask, { path, route }: Door, options: TransportOptions): Promise<void> => {
  const { parameters, request } = ask;
  const client = clientOf(request);
  // Whatever it is answered: a repeat would be another connect.
  ask.form.close = !parameters.has('nonce');
  const asked = { client, request, target: namedTarget(parameters.text('to'), route), transport: 'http' };
  const { origin, reading, target, nonce, keepMs, acknowledges } = await logged(options, asked, () =>
    readConnect(ask, route, options),
  );
  const opened = await options.router.open({ ...client, origin }, target, {
    nonce,
    transport: reading.mode,
    keepMs,
    signal: gone(ask),
  });
  if ('moved' in opened) return sendRecord(ask, `MOVED ${opened.moved}`, reading.encoding, 409);
  answer(ask, opened, { reading, options, repeatable: nonce !== undefined, acknowledges, path });
};

/** Everything that is judged before the router is asked. */
const readConnect = async (ask: Ask, route: Target | null, options: TransportOptions) => {
  const { parameters, request, payload } = ask;
  // Who may call comes before anything that the request says.
  const origin = options.gate.checkCaller(callOf(request), { token: parameters.text('token'), upgrade: false });
  const from = parameters.number('from');
  if (from !== undefined && from !== 0) throw new NetwineError('BAD_REQUEST', { text: 'a connect reads from 0' });
  if (!(await payload.empty())) throw new NetwineError('BAD_REQUEST', { text: 'a connect has no payload' });
  const nonce = readNonce(parameters);
  return {
    origin,
    nonce,
    reading: readReading(parameters, options),
    target: readTarget(parameters.text('to'), route),
    keepMs: readKeepMs(parameters),
    acknowledges: nonce !== undefined || from !== undefined,
  };
};

interface How {
  reading: Reading;
  options: TransportOptions;
  repeatable: boolean;
  acknowledges: boolean;
  path: string;
}

const answer = (ask: Ask, { session, newest }: Opened, how: How): void => {
  const { reading, options, repeatable, acknowledges, path } = how;
  if (ask.response.destroyed) {
    // Nobody has the key, and without a nonce nobody can ask for it again.
    if (!repeatable) session.close('ABANDONED');
    return;
  }
  const first = `OK ${session.key}`;
  const { encoding } = reading;
  // Without a nonce a repeat would open a second connection to the target.
  const close = !repeatable;
  if (encoding === page) {
    const known = session.sent;
    const first = newest ? attachPage(session, { connect: true }) : 0;
    if (typeof first === 'number') return sendRecord(ask, `MOVED ${first}`, page, 200);
    return holdPage(ask, options, { reader: first, holdMs: reading.holdMs, known, base: baseOf(path), close });
  }
  const reader = newest ? attachFirst(session, encoding === null, acknowledges) : 0;
  if (encoding) {
    const seats = [typeof reader === 'number' ? emptySeat(`MOVED ${reader}`) : seatOf(reader)];
    const info = infoRecord(session, options, reading.rotateBytes);
    holdRecords(ask, options, { encoding, reading, seats, first: [first, info], close });
  } else if (typeof reader === 'number') sendRecord(ask, `MOVED ${reader}`, null, 409);
  else holdRaw(ask, options, reader, { first, close });
};

const attachFirst = (session: Session, isRaw: boolean, acknowledges: boolean) =>
  session.attach({ from: 0, connect: true, forgets: isRaw && !acknowledges, holds: isRaw });

export const connectVerb: FastifyPluginCallback<ConnectOptions> = (app, options, done) => {
  addVerb(app, '/connect', options, { act: (ask) => connect(ask, { path: '/connect', route: null }, options) });
  for (const [path, route] of options.routes)
    addVerb(app, path, options, { act: (ask) => connect(ask, { path, route }, options) });
  done();
};
