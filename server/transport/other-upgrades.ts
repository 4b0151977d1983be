/** Upgrades to what the bridge does not speak, as h2c, are requests without an upgrade. [RFC 9110 7.8] */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** curl with --http2 and the HTTP client of Java offer this on their first request. */
const HOP_HEADERS = ['upgrade', 'http2-settings'];

/** Lets those that answer upgrades see WebSockets alone; call it when they listen. */
export const ignoreOtherUpgrades = (server: Server): void => {
  const answering = server.listeners('upgrade');
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (/^websocket$/i.test(request.headers.upgrade ?? '')) {
      for (const listener of answering) listener.call(server, request, socket, head);
    } else readAgain(server, request, { socket, head });
  });
};

/** Node gives up the body of what it takes for an upgrade, so the request is read once more, without the offer. */
const readAgain = (
  server: Server,
  request: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): void => {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] as string;
    const value = request.rawHeaders[at + 1] as string;
    if (HOP_HEADERS.includes(name.toLowerCase())) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutOffer(value) : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
};

const withoutOffer = (value: string): string =>
  value
    .split(',')
    .filter((option) => !HOP_HEADERS.includes(option.trim().toLowerCase()))
    .join(',');
