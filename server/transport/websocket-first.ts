/** The first message of a `netwine.1` socket: it connects, or attaches to a session by its key. [PROTOCOL 8] */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { NetwineError } from '../core/errors.ts';
import type { Session, SessionReader } from '../core/session.ts';
import type { Client, Target } from '../core/target.ts';
import { logged, namedTarget, readKeepMs, readNonce, readTarget } from './connect.ts';
import type { TransportOptions } from './context.ts';
import { infoRecord } from './held.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import { refuseSocket, SocketSession, SUBPROTOCOL } from './websocket-session.ts';

const FIRST_MESSAGE_MS = 10_000;
const FIRST_MESSAGE_BYTES = 4096;
const NORMAL = 1000;

interface First {
  client: Client;
  request: IncomingMessage;
  /** The target that the URL names, if any. */
  to: string | undefined;
  /** The target of the route that the URL is, or null. */
  route: Target | null;
  options: TransportOptions;
}

/** Waits for the first message and does what it says. @returns what to call when the bridge stops */
export const serveFirst = (ws: WebSocket, first: First): (() => void) => {
  const { options } = first;
  let waits = true;
  const late = setTimeout(() => {
    waits = false;
    refuseSocket(ws, new NetwineError('BAD_REQUEST', { text: 'no first message came' }), options);
  }, FIRST_MESSAGE_MS);
  ws.once('close', () => clearTimeout(late));
  ws.once('message', (data: Buffer, binary: boolean) => {
    // A message that crosses the refusal must not connect: its client was told that nothing has.
    if (!waits) return;
    clearTimeout(late);
    waits = false;
    // Until OK the client cannot know the offset of its first byte.
    const early = (): void => refuseSocket(ws, new NetwineError('BAD_REQUEST', { text: 'wait for OK' }), options);
    ws.on('message', early);
    begin(ws, data, binary, first)
      .catch((cause) => refuseSocket(ws, cause, options))
      .finally(() => ws.off('message', early));
  });
  return () => {
    if (waits) refuseSocket(ws, new NetwineError('DRAINING'), options);
  };
};

const begin = async (ws: WebSocket, data: Buffer, binary: boolean, first: First): Promise<void> => {
  if (binary || data.length > FIRST_MESSAGE_BYTES) {
    throw new NetwineError('BAD_REQUEST', { text: 'the first message is text of 4 KiB at most' });
  }
  const parameters = parseParameters(data);
  const endSeen = parameters.flag('ended') ?? false;
  const key = parameters.text('key');
  if (key === undefined) return connect(ws, parameters, first);
  const session = first.options.router.sessions.get(key);
  const reader = session.attach({ from: parameters.number('from'), reader: parameters.number('reader') });
  welcome(ws, { session, reader, endSeen, options: first.options, isNew: false });
};

const connect = async (ws: WebSocket, parameters: Parameters, first: First): Promise<void> => {
  const { client, request, route, options } = first;
  const to = parameters.text('to');
  const read = async () => {
    if (to !== undefined && first.to !== undefined) {
      throw new NetwineError('BAD_REQUEST', { text: 'to is given twice' });
    }
    const target = readTarget(to ?? first.to, route);
    return { target, nonce: readNonce(parameters), keepMs: readKeepMs(parameters) };
  };
  const named = namedTarget(to ?? first.to, route);
  const asked = { client, request, target: named, transport: SUBPROTOCOL };
  const { target, nonce, keepMs } = await logged(options, asked, read);
  const controller = new AbortController();
  ws.once('close', () => controller.abort());
  const how = { nonce, keepMs, transport: SUBPROTOCOL, signal: controller.signal };
  const opened = await options.router.open(client, target, how);
  if ('moved' in opened) return moved(ws, opened.moved);
  const { session, newest } = opened;
  if (ws.readyState !== ws.OPEN) {
    if (nonce === undefined) session.close('ABANDONED');
    return;
  }
  const reader = newest ? session.attach({ from: 0, connect: true }) : 0;
  welcome(ws, { session, reader, endSeen: false, options, isNew: true });
};

interface Welcome {
  session: Session;
  reader: SessionReader | number;
  endSeen: boolean;
  options: TransportOptions;
  isNew: boolean;
}

const welcome = (ws: WebSocket, { session, reader, endSeen, options, isNew }: Welcome): void => {
  const from = typeof reader === 'number' ? 0 : reader.position;
  if (typeof reader !== 'number' || isNew) ws.send(`OK ${session.key} ${from} ${session.up.next} ${session.up.room}`);
  if (isNew) ws.send(infoRecord(session, options, options.windowBytes));
  if (typeof reader === 'number') return moved(ws, reader);
  new SocketSession(ws, reader, { endSeen, options }).start();
};

const moved = (ws: WebSocket, reader: number): void => {
  ws.send(`MOVED ${reader}`);
  ws.close(NORMAL);
};
