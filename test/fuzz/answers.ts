/** What a bridge may answer: a status and a line that belong together, or an answer that begins as its form does. */
import { type FailureCode, failures } from '../../server/core/errors.ts';

/** Of HTTP itself and of files, beside those of the table. */
const STATUSES = [101, 200, 204, 304, 400, 404, 405, 408, 411, 414, 416, 417, 426, 431, 501, 505];
const allowed = new Set([...STATUSES, ...Object.values(failures).map(({ status }) => status)]);
allowed.delete(failures.INTERNAL.status);

const LINE = /^(?:NO|ERR) ([A-Z_]+) [ !#-;=-[\]-~]+\r?\n/;
const VERB = /^POST \/(connect|send|exchange|close|ticket)(?:\?\S*)? HTTP\/1\.1\r\n/;
/** The first bytes of every form of an answer. */
const BEGINS = /^(?:(?:OK|AT|NO|ERR|MOVED|SESSION|AGAIN|TICKET)\b|~|R\0|id:|data:|:|\r?\n|\/\*\*\/|<)/;

/** What stands before the answer where the client has asked for leave to send. [RFC 9110 10.1.1] */
const CONTINUE = /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)+/;

/** The body as it was written, without the sizes of its chunks. */
export const bodyOf = (answer: string): string => {
  const text = answer.replace(CONTINUE, '');
  const at = text.indexOf('\r\n\r\n');
  const [head, body] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 4)];
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return body;
  let whole = '';
  for (let rest = body; ; ) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest);
    if (!size?.[1]) return whole;
    const from = size[0].length;
    const length = Number.parseInt(size[1], 16);
    whole += rest.slice(from, from + length);
    rest = rest.slice(from + length + 2);
  }
};

/** There is a status, and a line or so of what it is about. */
export const isEnough = (answer: string): boolean =>
  /^HTTP\/1\.1 (?:101|204|304)[\s\S]*\r\n\r\n/.test(answer.replace(CONTINUE, '')) || bodyOf(answer).length > 3;

/** A failure that was said by its code, and the status that goes with it. */
const wrongLine = (status: number, body: string): string | null => {
  const code = LINE.exec(body)?.[1];
  if (code === undefined) return null;
  if (!(code in failures)) return `code ${code} is not in the table`;
  if (code === 'INTERNAL') return 'answers INTERNAL';
  const due = failures[code as FailureCode].status;
  // Where nothing is, or not for this method. [PROTOCOL R-212]
  if (status === 404 && code === 'BAD_REQUEST') return null;
  return status === 200 || status === due ? null : `${code} with status ${status}`;
};

/** @returns what is wrong with the answer to a request, or null */
export const wrongAnswer = (request: string, text: string): string | null => {
  const [, digits] = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/.exec(text.replace(CONTINUE, '')) ?? [];
  if (digits === undefined) return `no status line: ${JSON.stringify(text.slice(0, 80))}`;
  const status = Number(digits);
  if (!allowed.has(status)) return `status ${status}: ${JSON.stringify(bodyOf(text).slice(0, 120))}`;
  const body = bodyOf(text);
  if (/NO INTERNAL|ERR INTERNAL/.test(body)) return 'answers INTERNAL';
  if (/^\s+at .+:\d+:\d+/m.test(body)) return 'answers with a stack trace';
  const line = wrongLine(status, body);
  if (line !== null || !VERB.test(request) || body === '') return line;
  if (status === 200) return BEGINS.test(body) ? null : `begins with ${JSON.stringify(body.slice(0, 60))}`;
  return LINE.test(body) || BEGINS.test(body)
    ? null
    : `${status} without its line: ${JSON.stringify(body.slice(0, 80))}`;
};
