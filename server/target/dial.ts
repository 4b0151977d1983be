/** Dialling: from judged addresses to one open socket, or to one honest failure and no socket left behind. */
import { type EventEmitter, once } from 'node:events';
import { isIP, SocketAddress, type SocketConnectOpts } from 'node:net';
import { NetwineError } from '../core/errors.ts';
import { dialFailure } from './failure.ts';
import { TargetSocket } from './target-socket.ts';

/** Silence on an open connection after which the system asks whether the target is still there. */
const KEEPALIVE_AFTER_MS = 60_000;

export interface DialLimits {
  /** When a dial becomes a TIMEOUT, on the clock of `performance.now()`. */
  until: number;
  /** An abort rejects with the signal's reason. A promise that is fulfilled hands its socket over all the same. */
  signal: AbortSignal;
}

/**
 * Waits until a socket says that it is open.
 * @throws the socket's own error, TIMEOUT or the signal's reason; to close the socket then is the caller's part.
 */
export const opened = async (
  socket: EventEmitter,
  event: 'connect' | 'secureConnect',
  { until, signal }: DialLimits,
): Promise<void> => {
  signal.throwIfAborted();
  // A signal given to net.connect would kill the socket even long after it has connected.
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal.reason);
  const closed = (): void => stop.abort(new NetwineError('UNREACHABLE'));
  const timer = setTimeout(() => stop.abort(new NetwineError('TIMEOUT')), until - performance.now());
  signal.addEventListener('abort', abort);
  socket.once('close', closed);
  try {
    await once(socket, event, { signal: stop.signal });
    signal.throwIfAborted();
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.off('close', closed);
  }
};

/** Connects a fresh socket, or destroys it and throws. */
export const open = async (socket: TargetSocket, to: SocketConnectOpts, limits: DialLimits): Promise<TargetSocket> => {
  try {
    socket.connect(to);
    await opened(socket, 'connect', limits);
    return socket;
  } catch (error) {
    socket.destroy();
    limits.signal.throwIfAborted();
    throw dialFailure(error);
  }
};

/**
 * Tries judged addresses one after another; each gets its share of the time that is left, so that a silent one does
 * not use up that of the next.
 * @throws the failure of the last address, or the signal's reason.
 */
export const inTurn = async <Opened>(
  addresses: readonly string[],
  { until, signal }: DialLimits,
  attempt: (address: string, limits: DialLimits) => Promise<Opened>,
): Promise<Opened> => {
  let failure = new NetwineError('UNREACHABLE', { cause: new Error('the permit holds no address') });
  for (const [index, address] of addresses.entries()) {
    if (isIP(address) === 0)
      throw new NetwineError('INTERNAL', { cause: new Error('a permit holds IP literals only') });
    const now = performance.now();
    try {
      return await attempt(address, { until: now + (until - now) / (addresses.length - index), signal });
    } catch (error) {
      signal.throwIfAborted();
      failure = dialFailure(error);
    }
  }
  throw failure;
};

/** One spelling for every address: IPv6 in its short form and without a zone. */
const plain = (address: string): string =>
  new SocketAddress({ address, family: isIP(address) === 6 ? 'ipv6' : 'ipv4' }).address;

/** Both ends of a socket, as far as the system knows them. */
export interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/**
 * Makes sure that a socket reached the address that was judged.
 * @throws UNREACHABLE where it did not or is gone again; REFUSED where it has reached itself, as it can when a closed
 * port of the ephemeral range is dialled from that very port.
 */
export const checkEnds = (ends: Ends, address: string): void => {
  const { remoteAddress, remotePort, localAddress, localPort } = ends;
  if (remoteAddress === undefined || plain(remoteAddress) !== plain(address)) throw new NetwineError('UNREACHABLE');
  if (remotePort === localPort && remoteAddress === localAddress) throw new NetwineError('REFUSED');
};

/** Dials TCP to the first address that answers. @throws REFUSED, UNREACHABLE, TIMEOUT, LIMIT, the signal's reason. */
export const dial = (addresses: readonly string[], port: number, limits: DialLimits): Promise<TargetSocket> =>
  inTurn(addresses, limits, async (address, share) => {
    const socket = await open(new TargetSocket({ resettable: true }), { host: address, port }, share);
    try {
      checkEnds(socket, address);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_AFTER_MS);
    return socket;
  });
