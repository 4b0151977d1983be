/** A real HTTP server that shows each request to a question of the test, and what the question said. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { asNetwineError } from '../../../server/core/errors.ts';
import type { Call } from '../../../server/core/gate.ts';

const callOf = ({ headers, rawHeaders, socket }: IncomingMessage): Call => ({
  headers,
  rawHeaders,
  localAddress: socket.localAddress ?? '',
  localPort: socket.localPort ?? 0,
  secure: false,
});

let look: (call: Call) => string = () => '';
const server = createServer((request, response) => {
  let answer: string;
  try {
    answer = look(callOf(request));
  } catch (error) {
    answer = asNetwineError(error).code;
  }
  response.end(answer);
});
server.on('clientError', (_, socket) => socket.destroy());
let port = 0;

/** Starts the server on a free port of 127.0.0.1. */
export const openWire = async (): Promise<void> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
};

export const closeWire = async (): Promise<void> => {
  server.close();
  await once(server, 'close');
};

/** The header line as it is sent: `:port` stands for the server's own port. */
export const withPort = (line: string): string => line.replaceAll(':port', `:${port}`);

/** Sends header lines over a real connection and tells what the question said, or the code of what it threw. */
export const say = async (headers: readonly string[], question: (call: Call) => string): Promise<string> => {
  look = question;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const lines = headers.map((line) => `${withPort(line)}\r\n`).join('');
  socket.write(`POST /connect HTTP/1.1\r\nConnection: close\r\n${lines}\r\n`);
  return (await text(socket)).split('\r\n\r\n')[1] ?? '';
};
