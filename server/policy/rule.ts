/** A rule of a hosts file, and where it stands. */
import type { HostPattern } from './host-pattern.ts';
import type { PortPattern } from './port-pattern.ts';

export interface RuleOptions {
  /** The rule may open guarded addresses. */
  private: boolean;
  /** tls: the certificate is not verified. */
  insecure: boolean;
  /** tls: the file with the authorities to trust, as written. */
  ca?: string;
  /** Most sessions at a time. */
  max?: number;
  /** The PROXY protocol header that the target gets first. */
  proxy?: 'v1' | 'v2';
}

export interface Rule {
  allow: boolean;
  hosts: readonly HostPattern[];
  /** Null for clients, and for targets without an address. */
  ports: PortPattern | null;
  options: RuleOptions;
  /** `file:line`. */
  place: string;
  /** The rule as written, without its comment. */
  text: string;
}
