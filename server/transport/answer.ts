/** Answers on a Node response: whole small ones, and held ones that go on until their loop ends. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { NetwineError } from '../core/errors.ts';
import { type Encoding, type Piece, wholeAnswer } from './encoding/index.ts';
import { lines } from './encoding/lines.ts';
import { common, commonFlat, flat } from './headers.ts';
import type { Sink } from './pump.ts';
import type { RawSink } from './raw-pump.ts';

/** How long the rest of a refused body is read and dropped, so that the answer is not lost in a reset. */
const LINGER_MS = 1000;
/** How long the last bytes of a held answer may take on their way out. */
const FLUSH_MS = 10_000;

export interface Reply {
  status?: number;
  body: Piece;
  contentType?: string;
  headers?: OutgoingHttpHeaders;
  /** Headers in the place of the common ones of the same name. */
  own?: OutgoingHttpHeaders | undefined;
  /** Close the connection after it, so that no client repeats the request on its own. */
  close?: boolean;
}

/** Sends a whole answer. Where the request's body is not read to its end, the rest is dropped and the connection closed. */
export const send = (request: IncomingMessage, response: ServerResponse, reply: Reply): void => {
  if (response.headersSent || response.destroyed) return;
  const { status = 200, body, contentType = lines.contentType, headers = {}, own, close = false } = reply;
  const whole = request.complete;
  const fields = [
    ...(own ? flat({ ...common, ...own }) : commonFlat),
    ...flat(headers),
    'Content-Type',
    contentType,
    'Content-Length',
    Buffer.byteLength(body),
  ];
  if (close || !whole) fields.push('Connection', 'close');
  response.writeHead(status, fields);
  if (whole) {
    response.end(body);
    return;
  }
  response.write(body);
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, LINGER_MS);
  request.once('end', finish).once('close', finish).resume();
};

export interface RefusalForm {
  /** The encoding asked for, or null for `raw`. */
  encoding: Encoding | null;
  /** The request asked for failures with HTTP 200. */
  status200: boolean;
  headers?: OutgoingHttpHeaders;
  /** Close the connection after it. */
  close?: boolean;
}

/** Says why a request failed. */
export const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  error: NetwineError,
  { encoding, status200, headers = {}, close = false }: RefusalForm,
): void => {
  const form = encoding ?? lines;
  send(request, response, {
    status: status200 || form.hidesStatus ? 200 : error.failure.status,
    body: wholeAnswer(form, error.record),
    contentType: form.contentType,
    own: form.headers,
    close,
    headers: error.code === 'LIMIT' || error.code === 'DRAINING' ? { ...headers, 'Retry-After': '5' } : headers,
  });
};

/** The loop of a held answer, as its response drives it. */
export interface Loop {
  resume(): void;
  stop(): void;
  /** The bridge stops: says so where no session of it would. */
  shutDown?(): void;
}

/** Ties a loop to its response: it goes on when the response takes bytes and stops when the response is gone. */
export const tie = (response: ServerResponse, loop: Loop): void => {
  if (response.destroyed) return loop.stop();
  response.on('drain', () => loop.resume());
  response.once('close', () => loop.stop());
};

/** A client that reads no more must not keep the last window of an answer that is over. */
const limitFlush = (response: ServerResponse): void => {
  if (response.writableLength === 0) return;
  const timer = setTimeout(() => response.destroy(), FLUSH_MS);
  response.once('close', () => clearTimeout(timer));
};

/** A response as the sink of records. */
export const recordSink = (response: ServerResponse, { tail }: Pick<Encoding, 'tail'> = {}): Sink => ({
  send(pieces) {
    if (pieces.length === 1) return response.write(pieces[0]);
    response.cork();
    for (const piece of pieces) response.write(piece);
    response.uncork();
    // Node 24 can drain within uncork: what the writes said is then out of date.
    return !response.writableNeedDrain;
  },
  finish() {
    // Node 24 sends the end of a corked answer before what is corked.
    while (response.writableCorked > 0) response.uncork();
    response.end(tail);
    limitFlush(response);
  },
});

/** A response as the sink of bare bytes. */
export const rawSink = (response: ServerResponse): RawSink => ({
  write: (bytes) => response.write(bytes),
  finish: () => {
    response.end();
    limitFlush(response);
  },
  breakOff: () => {
    const { socket } = response;
    limitFlush(response);
    // The end of the socket without the end of the answer: the client sees a cut, not a finished body.
    socket?.end(() => socket.destroy());
  },
});
