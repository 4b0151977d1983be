/** The target kinds that dial: what each connects to and how its bytes are cut. [PROTOCOL 9] */
import type { TargetType } from '../core/target.ts';
import { createTcp } from './tcp.ts';
import { createTls } from './tls.ts';
import { createUdp } from './udp.ts';
import { createUnix } from './unix.ts';

export interface TargetTypesOptions {
  /** For a dial with all its addresses, and the handshake of TLS. */
  connectTimeoutMs: number;
  /** Silence in both directions after which a session over UDP ends with IDLE. */
  udpIdleMs: number;
}

export const createTargetTypes = ({
  connectTimeoutMs: timeoutMs,
  udpIdleMs: idleMs,
}: TargetTypesOptions): Record<'tcp' | 'tls' | 'unix' | 'udp', TargetType> => ({
  tcp: { connect: createTcp({ timeoutMs }), framing: 'bytes' },
  tls: { connect: createTls({ timeoutMs }), framing: 'bytes' },
  unix: { connect: createUnix({ timeoutMs }), framing: 'bytes' },
  udp: { connect: createUdp({ timeoutMs, idleMs }), framing: 'packets' },
});
