/** The answer to bytes that are no request: they never reach a route. [RFC 9112 section 3; RFC 6585 section 5] */
import type { Socket } from 'node:net';
import { NetwineError } from '../core/errors.ts';
import { commonFlat } from './headers.ts';

/** Node's codes for a head that is too long, and for one that did not come in time. */
const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The end came in the middle of a request: it was cut on its way, and to call it a bad one would end its session. */
const CUT = 'HPE_INVALID_EOF_STATE';

/** Says that it is none, and closes. */
export const refuseUnread = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable || error.code === CUT) return void socket.destroy();
  const body = `${new NetwineError('BAD_REQUEST', { text: 'this is no request of HTTP/1.1' }).record}\n`;
  const lines = [`HTTP/1.1 ${STATUSES[error.code ?? ''] ?? '400 Bad Request'}`];
  for (let at = 0; at < commonFlat.length; at += 2) lines.push(`${commonFlat[at]}: ${commonFlat[at + 1]}`);
  lines.push('Content-Type: text/plain; charset=utf-8', `Content-Length: ${body.length}`, 'Connection: close');
  // Destroyed once that is written: what else comes is not read.
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
};
