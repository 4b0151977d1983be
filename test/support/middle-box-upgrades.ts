/** What a proxy may do with an upgrade: pass it on, drop it, refuse it, or open it and then carry nothing. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export type Upgrades = 'passed' | 'dropped' | 'refused' | 'mute';

type Act = (request: IncomingMessage, socket: Duplex, bridge: URL) => void;

/** [RFC 6455 4.2.2] */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** It stands unseen in the bridge's place, so its own address is to be the bridge's. */
export const namesOf = ({ host, origin }: URL, { headers }: IncomingMessage): { host: string; origin?: string } => ({
  host,
  ...(headers.origin === undefined ? {} : { origin }),
});

const head = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

const pass: Act = (request, socket, bridge) => {
  const headers = { ...request.headers, ...namesOf(bridge, request) };
  const onward = connect(Number(bridge.port), bridge.hostname);
  onward.write(
    head([`GET ${request.url} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]),
  );
  onward.pipe(socket).pipe(onward);
  for (const [one, other] of [
    [onward, socket],
    [socket, onward],
  ] as const) {
    one.on('error', () => {}).on('close', () => other.destroy());
  }
};

const openAndCarryNothing: Act = (request, socket) => {
  const { 'sec-websocket-key': key = '', 'sec-websocket-protocol': protocol = '' } = request.headers;
  socket.on('error', () => {}).resume();
  socket.write(
    head([
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Accept: ${acceptOf(key)}`,
      `Sec-WebSocket-Protocol: ${protocol}`,
    ]),
  );
};

export const onUpgrade: Readonly<Record<Upgrades, Act>> = {
  passed: pass,
  dropped: (_, socket) => void socket.destroy(),
  refused: (_, socket) => void socket.end(head(['HTTP/1.1 400 Bad Request', 'Content-Length: 0', 'Connection: close'])),
  mute: openAndCarryNothing,
};
