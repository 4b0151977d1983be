/** Reads a raw request: its parameters, wherever they stand, and what is left of the body as payload. [PROTOCOL 2] */
import type { IncomingMessage } from 'node:http';
import { NetwineError } from '../core/errors.ts';
import { lineEndNames, lineEnds } from './encoding/page.ts';
import { type Pair, Parameters, parsePairs, unescapeBytes } from './parameters.ts';
import { Body } from './request-body.ts';
import { cutOff, Payload } from './request-payload.ts';

export type { Payload } from './request-payload.ts';

export interface RequestOptions {
  /** Parameters that may be given more than once. */
  repeatable: readonly string[];
  /** The Content-Type, where it was taken out of the headers before. */
  contentType?: string | undefined;
  /** A GET, whose payload stands in the query too. */
  inQuery?: boolean;
}

export interface Request {
  parameters: Parameters;
  payload: Payload;
}

/** Bytes before the first LF, and so also of a form. */
const MOST_LINE_BYTES = 4096;
const LF = 0x0a;
const CR = 0x0d;
const MULTIPART = /^\s*multipart\//i;
const CHUNKED = /^chunked$/i;

/**
 * Reads the parameters; the payload is left where it is, and the stream paused, until the verb asks for it.
 * @throws BAD_REQUEST, also where the client leaves before its parameters have come, and UNSUPPORTED
 */
export const readRequest = async (
  raw: IncomingMessage,
  { repeatable, contentType, inQuery = false }: RequestOptions,
): Promise<Request> => {
  const body = new Body(raw);
  judge(raw, contentType);
  const query = queryOf(raw.url ?? '');
  // A query of nothing but & has no parameter.
  if (/[^&]/.test(query)) {
    const pairs = parsePairs(Buffer.from(query, 'latin1'));
    await finish(body);
    if (inQuery) return withData(pairs, repeatable, { body });
    return { parameters: new Parameters(pairs, { repeatable }), payload: new Payload(body) };
  }
  const { line, rest } = await peelLine(body);
  await finish(body);
  return withData(parsePairs(line), repeatable, { body, rest });
};

/** The request of a form: its field `data` is the payload, with the line end that `line` names. */
const withData = async (
  pairs: readonly Pair[],
  repeatable: readonly string[],
  { body, rest }: { body: Body; rest?: Uint8Array },
): Promise<Request> => {
  const fields = pairs.filter(({ name }) => name === 'data');
  if (fields.length > 1) throw new NetwineError('BAD_REQUEST', { text: 'data is given twice' });
  const field = fields[0];
  // The bytes of a form's data are payload, so they need not be text.
  const parameters = new Parameters(field ? pairs.filter((pair) => pair !== field) : pairs, { repeatable });
  const payload = new Payload(body, rest);
  if (!field) return { parameters, payload };
  if (!(await payload.empty())) {
    throw new NetwineError('BAD_REQUEST', { text: 'the payload is in data or after the first line, not in both' });
  }
  const end = lineEnds[parameters.oneOf('line', lineEndNames) ?? 'none'];
  return { parameters, payload: new Payload(body, Buffer.concat([unescapeBytes(field.value), Buffer.from(end)])) };
};

/** No body that we would have to decode: its bytes would be taken for parameters or payload as they are. */
const judge = ({ headers }: IncomingMessage, contentType = headers['content-type']): void => {
  const transfer = headers['transfer-encoding'];
  if (transfer !== undefined && !CHUNKED.test(transfer)) {
    throw new NetwineError('UNSUPPORTED', { text: 'no Transfer-Encoding but chunked, please' });
  }
  if (headers['content-encoding'] !== undefined || (contentType !== undefined && MULTIPART.test(contentType))) {
    throw new NetwineError('UNSUPPORTED');
  }
};

/** A body of which nothing is left is read to its end at once: an answer before that would give up the connection. */
const finish = async (body: Body): Promise<void> => {
  if (body.left === 0) await body.pull(() => undefined);
};

const queryOf = (url: string): string => {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
};

/** The body up to its first LF, or all of it, and what of the rest has come with it. */
const peelLine = async (body: Body): Promise<{ line: Uint8Array; rest: Uint8Array }> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  let rest: Uint8Array = Buffer.alloc(0);
  const how = await body.pull((chunk) => {
    const room = MOST_LINE_BYTES - length;
    const end = chunk.subarray(0, room + 1).indexOf(LF);
    if (end < 0 && chunk.length > room) {
      throw new NetwineError('BAD_REQUEST', { text: 'the parameters are longer than 4096 bytes' });
    }
    parts.push(end < 0 ? chunk : chunk.subarray(0, end));
    length += end < 0 ? chunk.length : end;
    if (end < 0) return undefined;
    rest = chunk.subarray(end + 1);
    return false;
  });
  if (how === 'cut') throw cutOff();
  const line = Buffer.concat(parts, length);
  return { line: how === 'stopped' && line.at(-1) === CR ? line.subarray(0, -1) : line, rest };
};
