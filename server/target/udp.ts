/** The target kind `udp`: a socket connected to the first judged address that the system can route to. [PROTOCOL 9] */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { NetwineError } from '../core/errors.ts';
import type { Connect } from '../core/target.ts';
import { Datagrams } from './datagrams.ts';
import { checkEnds, type DialLimits, inTurn, opened } from './dial.ts';

export interface UdpOptions {
  /** For the dial, which sends nothing: it only asks the system for a route. */
  timeoutMs: number;
  /** Silence in both directions after which a session ends with IDLE. */
  idleMs: number;
  /** Silence of the target after which a session ends once its client has ended. */
  lingerMs?: number;
}

/** The stream that it connects has `dropped`, the number of datagrams dropped for a slow reader. */
export const createUdp =
  ({ timeoutMs, idleMs, lingerMs = 1000 }: UdpOptions): Connect =>
  async ({ target, addresses }, signal) => {
    if (target.kind !== 'udp') throw new NetwineError('BAD_TARGET');
    const { port } = target;
    const limits = { until: performance.now() + timeoutMs, signal };
    const socket = await inTurn(addresses, limits, (address, share) => connect(address, port, share));
    return new Datagrams(socket, { peer: socket.remoteAddress(), idleMs, lingerMs });
  };

const connect = async (address: string, port: number, limits: DialLimits): Promise<Socket> => {
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  try {
    socket.connect(port, address);
    await opened(socket, 'connect', limits);
    const [local, remote] = [socket.address(), socket.remoteAddress()];
    checkEnds(
      { remoteAddress: remote.address, remotePort: remote.port, localAddress: local.address, localPort: local.port },
      address,
    );
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
};
