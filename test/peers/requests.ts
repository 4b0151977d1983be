/** Requests on connections of their own, of which every kind of outcome is told: an answer, or how it broke. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer whose body is still open. */
export interface Held {
  status: number;
  retryAfter: string | undefined;
  response: IncomingMessage;
  /** Breaks the connection. */
  drop(): void;
}

/** Posts on a new connection, and gives the answer as soon as its head is there. @throws where there is no answer */
export async function hold(url: string, body: string | Uint8Array = ''): Promise<Held> {
  const headers = { Netwine: '1' };
  const asked: ClientRequest = request(url, { method: 'POST', agent: false, headers });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  asked.on('error', () => {});
  response.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    response,
    drop: () => void asked.destroy(),
  };
}

/** Posts and reads the whole answer. @returns `status body`, or the error where the answer did not come whole */
export async function post(url: string, body: string | Uint8Array = ''): Promise<string> {
  try {
    const { status, response } = await hold(url, body);
    return `${status} ${await text(response)}`;
  } catch (error) {
    return String(error);
  }
}

/** The first line of an open answer; the rest stays readable. */
export async function firstLine({ response }: Held): Promise<string> {
  let line = '';
  while (!line.endsWith('\n')) {
    const byte = response.read(1) as Buffer | null;
    if (byte) line += byte.toString('latin1');
    else await once(response, 'readable');
  }
  return line.trimEnd();
}
