/** The types that the rooms share: what can be reached, who asks, and what permission looks like. */
import type { Duplex } from 'node:stream';

export type Target =
  | { kind: 'tcp' | 'tls' | 'udp'; host: string; port: number }
  | { kind: 'unix'; path: string }
  | { kind: 'exec' | 'channel'; name: string }
  | { kind: 'peer'; id: string; port?: number };

export type TargetKind = Target['kind'];

/** How the bytes of a target are cut into messages, where a transport has messages. [PROTOCOL 9] */
export type Framing = 'bytes' | 'lines' | 'packets';

/** Who asks: the address is the socket's, numeric and without an IPv4-mapped prefix. */
export interface Client {
  address: string;
  /** The Origin header, or null where there was none. */
  origin: string | null;
  /** Who the client proved to be, or null. */
  identity: string | null;
}

/** What a policy allowed; what was checked is what is dialled. */
export interface Permit {
  target: Target;
  /** Judged IP literals in the order in which they are dialled; empty for targets without an address. */
  addresses: readonly string[];
  /** What the deciding rule adds; a target kind reads what it knows. */
  options: PermitOptions;
  /** `file:line` of the deciding rule, for the log. */
  rule: string | null;
}

export interface PermitOptions {
  /** tls: do not verify the certificate. */
  insecure?: boolean;
  /** tls: a PEM file with the authorities to trust instead of the system's. */
  ca?: string;
}

/** Throws the failures of the table: BAD_TARGET, DENIED_CLIENT, DENIED_TARGET, UNKNOWN_HOST, TIMEOUT. */
export interface Policy {
  permit(client: Client, target: Target, signal: AbortSignal): Promise<Permit>;
}

/** The whole contract of a target kind. An aborted signal rejects and leaves no socket behind. */
export type Connect = (permit: Permit, signal: AbortSignal) => Promise<Duplex>;

export interface TargetType {
  connect: Connect;
  framing: Framing;
}
