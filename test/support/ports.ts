/** Free loopback ports, for programs that cannot be told to listen on port 0 and say what they got. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on, over TCP or UDP, and that this process was not given before. Somebody
 * else may take it before its program does: give a server of our own port 0 instead.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = await freeTcpPort();
    if (given.has(port) || !(await udpIsFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('no loopback port is free over both TCP and UDP after 50 tries');
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function udpIsFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const free = await new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => resolve(true));
  });
  socket.close();
  return free;
}
