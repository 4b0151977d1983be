/** A proxy that holds every answer back until it is whole, and knows no upgrades: what some virus scanners do. */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Holding {
  /** Ends in a slash. */
  url: string;
  close(): void;
}

/** @param bridge where it hands requests on to */
export const startHolding = async ({ hostname, port }: URL): Promise<Holding> => {
  const server = createServer((request, response) => {
    const headers = { ...request.headers, host: `${hostname}:${port}` };
    const onward = httpRequest({ hostname, port, method: request.method, path: request.url, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', () => response.destroy());
      answer.on('end', () => response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(pieces)));
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
