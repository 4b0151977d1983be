/** A proxy that hands answers on when they are whole, lets nothing be upgraded, and keeps by which ways pages have asked. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WholeAnswers {
  /** Stands for the bridge; without a slash at its end. */
  readonly url: string;
  /** How pages have asked for bytes so far: `poll`, `stream`, `exchange`, `ticket` or `upgrade`, each once. */
  readonly ways: readonly string[];
  close(): Promise<void>;
}

/** Null for what asks for no bytes of a target: files, sends, closes. */
const wayOf = ({ method, url = '' }: IncomingMessage, body: Buffer): string | null => {
  const verb = url.replace(/\?.*/, '').slice(1);
  if (method === 'GET') return verb === 'receive' ? 'ticket' : null;
  const parameters = new URLSearchParams(body.toString('latin1').split('\n', 1)[0]);
  // A connect to a route goes to its path, so it is known by its nonce.
  if (['send', 'close'].includes(verb) || !(parameters.has('key') || parameters.has('nonce'))) return null;
  return ['exchange', 'ticket'].includes(verb) ? verb : (parameters.get('mode') ?? 'stream');
};

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => Buffer.concat(await message.toArray());

/** @param bridge its URL */
export const startWholeAnswers = async (bridge: string): Promise<WholeAnswers> => {
  const { host, hostname, port } = new URL(bridge);
  const ways = new Set<string>();
  let own = '';
  const answer = async (request: IncomingMessage, leaving: AbortSignal) => {
    const body = await bodyOf(request);
    const way = wayOf(request, body);
    if (way !== null) ways.add(way);
    const { method, url: path } = request;
    // Host, Origin and Referer name this proxy; for the bridge they have to name the bridge.
    const headers = JSON.parse(JSON.stringify(request.headers).replaceAll(own, host));
    const onward = httpRequest({ hostname, port, method, path, headers, signal: leaving }).end(body);
    const [answered] = (await once(onward, 'response')) as [IncomingMessage];
    return { status: answered.statusCode ?? 502, headers: answered.headers, body: await bodyOf(answered) };
  };
  const server = createServer((request, response) => {
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    answer(request, leaving.signal).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.destroy(),
    );
  });
  server.on('upgrade', (_request, socket) => {
    ways.add('upgrade');
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${own}`,
    get ways() {
      return [...ways];
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
