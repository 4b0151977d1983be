/** Requests as Node's parser hands them on, through the server's reader of parameters and payload: in any cut the same. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { NetwineError } from '../../../server/core/errors.ts';
import { readRequest } from '../../../server/transport/request.ts';
import { Draw } from '../mutate.ts';
import { type Input, inProcess, type Plan } from '../plan.ts';

const PAIRS = ['key=a', 'at=3', '&', 'body=base64', 'data=a%20b', 'from=1', 'line=crlf', '%', '%e4', '=', 'x', '&&'];
const ENDS = ['\n', '\r\n', '\n', '\r', ''];
const TYPES = ['', '', '', 'multipart/form-data', 'text/plain', 'application/x-www-form-urlencoded'];

/** The query, the Content-Type, the Transfer-Encoding, then the body as it comes. */
const draw = (seed: number): Input => {
  const made = new Draw(seed);
  const query = made.chance(0.4) ? made.some(4, () => made.of(PAIRS)).join('') : '';
  const body = [...made.some(6, () => made.of(PAIRS)), made.of(ENDS), ...made.some(3, () => made.bytes(30))];
  const transfer = made.of(['', 'chunked', 'chunked', 'gzip, chunked']);
  return [query, made.of(TYPES), transfer, ...made.mutate(body)];
};

/** The key, the data and the payload, or the code of the failure. */
const readAs = async (input: Input, pieces: readonly string[]): Promise<string> => {
  const [query = '', type = '', transfer = ''] = input;
  const raw = new IncomingMessage(new Socket());
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  raw.method = 'POST';
  raw.url = `/send?${query}`;
  if (type !== '') raw.headers['content-type'] = type;
  if (transfer === '') raw.headers['content-length'] = `${length}`;
  else raw.headers['transfer-encoding'] = transfer;
  for (const piece of pieces) if (piece !== '') raw.push(Buffer.from(piece, 'latin1'));
  raw.complete = true;
  raw.push(null);
  try {
    const { parameters, payload } = await readRequest(raw, { repeatable: ['key', 'from'] });
    const chunks: Uint8Array[] = [];
    const how = await payload.forEach((chunk) => void chunks.push(chunk));
    return JSON.stringify([parameters.all('key'), how, Buffer.concat(chunks).toString('latin1')]);
  } catch (error) {
    if (error instanceof NetwineError && /^(?:BAD_REQUEST|UNSUPPORTED)$/.test(error.code)) return error.code;
    throw error;
  } finally {
    raw.destroy();
  }
};

const check = async (input: Input): Promise<string | null> => {
  const pieces = input.slice(3);
  const whole = await readAs(input, [pieces.join('')]);
  if ((await readAs(input, pieces)) !== whole) return 'is read otherwise in pieces than as a whole';
  const singly = pieces.join('').split('').slice(0, 400);
  const rest = pieces.join('').slice(400);
  return (await readAs(input, [...singly, rest])) === whole ? null : 'is read otherwise byte by byte than as a whole';
};

export const bodies: Plan = {
  name: 'bodies',
  about: "requests to the server's reader",
  share: 0.1,
  draw,
  start: inProcess(check),
};
