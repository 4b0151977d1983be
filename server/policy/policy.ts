/** The policy of a bridge: its hosts files, asked about each client and each target. */
import type { Policy } from '../core/target.ts';
import { checkClient } from './clients.ts';
import type { Hosts } from './load.ts';
import type { ListenAddress } from './own-address.ts';
import { type Resolve, systemResolve } from './resolve.ts';
import { permitTarget } from './targets.ts';

export interface PolicyOptions {
  hosts: Pick<Hosts, 'clients' | 'targets'>;
  /** Where the bridge listens by now, as Fastify's `addresses()` tells; these it never dials. A string is a pipe. */
  self: () => readonly (ListenAddress | string)[];
  /** Looks names up; the system's resolver by default. */
  resolve?: Resolve;
  /** How long one look-up may take. */
  lookUpMs?: number;
}

const LOOK_UP_MS = 5000;

/** A policy that judges the client first: for a denied one nothing is looked up. */
export const createPolicy = ({
  hosts,
  self,
  resolve = systemResolve,
  lookUpMs = LOOK_UP_MS,
}: PolicyOptions): Policy => ({
  async permit(client, target, signal) {
    checkClient(client, hosts.clients);
    const own = () => self().filter((address): address is ListenAddress => typeof address !== 'string');
    return permitTarget(target, { rules: hosts.targets, self: own, look: { resolve, limitMs: lookUpMs, signal } });
  },
});
