/** What a transport asks about its caller first: is this our Host, and may this page call? [PROTOCOL 11] */
import type { IncomingHttpHeaders } from 'node:http';

/** The parts of a request that say where it came from. */
export interface Call {
  headers: IncomingHttpHeaders;
  /** Names and values in turn, as sent: shows what was sent twice. */
  rawHeaders: readonly string[];
  /** The address and the port of the bridge's end of the connection. */
  localAddress: string;
  localPort: number;
  /** True over TLS. */
  secure: boolean;
}

export interface Gate {
  /** Throws MISDIRECTED unless the Host header names this bridge. */
  checkHost(call: Call): void;
  /**
   * Throws DENIED_ORIGIN unless the caller may connect; returns the Origin, or null where there was none.
   * `token` is what the request shows; with `upgrade` a call that names no origin at all passes.
   */
  checkCaller(call: Call, how: { token?: string | undefined; upgrade: boolean }): string | null;
  /** The exact origin to name in a CORS answer, or null. */
  allowedOrigin(call: Call): string | null;
  /** A fresh page token for HTML that this bridge serves. */
  token(): string;
}
