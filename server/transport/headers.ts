/** The header sets of our answers. [PROTOCOL 5, held answers; RFC 9110, RFC 9111] */
import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';

/** On every answer of ours: never stored, never sniffed, never changed or held back on the way. */
export const common: OutgoingHttpHeaders = {
  'Cache-Control': 'no-store, no-cache, no-transform, must-revalidate, max-age=0',
  Pragma: 'no-cache',
  Expires: '0',
  'X-Content-Type-Options': 'nosniff',
  'X-Accel-Buffering': 'no',
  'Referrer-Policy': 'no-referrer',
};

/** A target's bytes never become a page of ours. */
export const raw: OutgoingHttpHeaders = {
  ...common,
  'Content-Type': 'application/octet-stream',
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'Content-Disposition': 'attachment',
};

/** What a page of an allowed origin may read; nothing where the origin is not allowed. Never with credentials. */
export const cors = (origin: string | null): OutgoingHttpHeaders =>
  origin === null ? { Vary: 'Origin' } : { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };

/** Header sets as the flat list that Node writes without copying: names and values in turn. */
export const flat = (headers: OutgoingHttpHeaders): OutgoingHttpHeader[] =>
  Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));

/** `common` as such a list. */
export const commonFlat: readonly OutgoingHttpHeader[] = flat(common);
