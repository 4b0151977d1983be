/** The target kind `tls`: a dialled connection with TLS on it, its certificate checked against the asked name. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { checkServerIdentity, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { NetwineError } from '../core/errors.ts';
import type { Connect, PermitOptions } from '../core/target.ts';
import { type DialLimits, dial, opened } from './dial.ts';
import { dialFailure } from './failure.ts';
import { askBeforeEnd, type TargetSocket } from './target-socket.ts';

/**
 * Half-close goes as far as TLS allows: `end()` sends close_notify and a FIN, and what the target still sends is read
 * to its end. A TLS 1.3 target may go on sending for as long as it likes [RFC 8446 6.1]; one of TLS 1.2 has to answer
 * with its own close_notify at once and drop what it had to say [RFC 5246 7.2.1], though many go on all the same. The
 * target's close_notify is an 'end' and leaves our side open. A FIN without close_notify looks
 * the same: Node does not say which it was.
 * @param timeoutMs for dial and handshake together.
 */
export const createTls =
  ({ timeoutMs }: { timeoutMs: number }): Connect =>
  async ({ target, addresses, options }, signal) => {
    if (target.kind !== 'tls') throw new NetwineError('BAD_TARGET');
    const limits = { until: performance.now() + timeoutMs, signal };
    const context = await authorities(options);
    const socket = await dial(addresses, target.port, limits);
    return await secure(socket, { host: target.host, insecure: options.insecure === true, context, limits });
  };

/** The rule's authorities in place of Node's own list; read at each dial, so that a renewed file counts at once. */
const authorities = async ({ ca }: PermitOptions): Promise<SecureContext | null> => {
  if (ca === undefined) return null;
  try {
    return createSecureContext({ ca: await readFile(ca) });
  } catch (cause) {
    throw new NetwineError('INTERNAL', { text: 'the bridge cannot read the ca file of the rule', cause });
  }
};

interface Handshake {
  host: string;
  insecure: boolean;
  context: SecureContext | null;
  limits: DialLimits;
}

const secure = async (socket: TargetSocket, { host, insecure, context, limits }: Handshake): Promise<TLSSocket> => {
  const upper = connect({
    socket,
    rejectUnauthorized: !insecure,
    // Only names go into SNI, and without the root's dot [RFC 6066 3].
    servername: isIP(host) ? '' : host.replace(/\.$/, ''),
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    ...(context && { secureContext: context }),
  });
  upper.on('error', () => {});
  upper.resetAndDestroy = () => resetBoth(upper, socket);
  try {
    await opened(upper, 'secureConnect', limits);
    askBeforeEnd(upper, socket);
    return upper;
  } catch (error) {
    upper.destroy();
    socket.destroy();
    limits.signal.throwIfAborted();
    throw handshakeFailure(error, upper);
  }
};

/**
 * Node refuses to reset a TLS socket, and resetting the one below by itself and then destroying this one crashes
 * Node 20: so this one is destroyed, and the reset comes when it lets go of the one below. While a close_notify and
 * FIN are under way the system takes no reset, and both just close.
 */
const resetBoth = (upper: TLSSocket, lower: TargetSocket): TLSSocket => {
  if (!upper.writableEnded || upper.writableFinished) lower.resetOnDestroy();
  return upper.destroy();
};

const handshakeFailure = (error: unknown, { authorizationError }: TLSSocket): NetwineError => {
  // Set by a check that failed, and by nothing else that ends a handshake.
  if (authorizationError) {
    return new NetwineError('UNREACHABLE', { text: 'the certificate of the target is not valid', cause: error });
  }
  const failure = dialFailure(error);
  if (failure.code !== 'UNREACHABLE') return failure;
  return new NetwineError('UNREACHABLE', { text: 'the TLS handshake with the target failed', cause: error });
};
