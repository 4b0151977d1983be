/** What every transport is given, and what it makes of one request. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Call, Gate } from '../core/gate.ts';
import type { Router } from '../core/router.ts';
import type { Client } from '../core/target.ts';
import type { Loop, RefusalForm } from './answer.ts';
import type { Parameters } from './parameters.ts';
import type { Payload } from './request.ts';
import type { Tickets } from './tickets.ts';

export interface TransportOptions {
  router: Router;
  gate: Gate;
  tickets: Tickets;
  /** A stream says something at least this often; so does a WebSocket. */
  pingMs: number;
  /** How long a poll and a waiting send last unless the request says less. */
  holdMs: number;
  windowBytes: number;
  upWindowBytes: number;
  maxBodyBytes: number;
  /** Whether `as=script` and its GETs are offered. */
  script: boolean;
  /** The held answers and WebSockets of now, so that a stop can wait for them. */
  answers: Set<Loop>;
  /** Told of failures that are the bridge's own. */
  onInternal: (error: unknown) => void;
}

/** One request of a verb, its parameters read and its payload not yet. */
export interface Ask {
  request: IncomingMessage;
  response: ServerResponse;
  parameters: Parameters;
  payload: Payload;
  form: RefusalForm;
  /** Header names of CORS, the same for every answer to this request. */
  headers: OutgoingHttpHeaders;
}

const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** An address as it is written without its IPv4-mapped prefix. [RFC 4291 2.5.5.2] */
export const plainAddress = (address: string | undefined): string => (address ?? '').replace(MAPPED, '');

/** What the gate asks about a request. */
export const callOf = (request: IncomingMessage): Call => ({
  headers: request.headers,
  rawHeaders: request.rawHeaders,
  localAddress: plainAddress(request.socket.localAddress),
  localPort: request.socket.localPort ?? 0,
  secure: 'encrypted' in request.socket,
});

/** Who asks, before the gate has judged an Origin. */
export const clientOf = (request: IncomingMessage): Client => ({
  address: plainAddress(request.socket.remoteAddress),
  origin: null,
  identity: null,
});
