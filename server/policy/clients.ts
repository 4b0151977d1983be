/** Judges a client by the address of its socket. */
import { NetwineError } from '../core/errors.ts';
import type { Client } from '../core/target.ts';
import { type Decision, decideAddress } from './evaluate.ts';
import type { Rule } from './rule.ts';

/**
 * Asks the rules about a client's address.
 * @param address an IP literal; the zone id of a link-local one is dropped. No rule speaks of anything else: a socket
 *   that is already gone has no address, and one of a unix listener never had
 * @param names its forward-confirmed names, or null where DNS failed
 */
export const judgeClient = (address: string, rules: readonly Rule[], names: readonly string[] | null = []): Decision =>
  decideAddress(rules, { address: address.split('%', 1)[0] ?? '', names, asked: null });

/** @throws DENIED_CLIENT */
export const checkClient = (client: Client, rules: readonly Rule[]): void => {
  if (!judgeClient(client.address, rules).allowed) throw new NetwineError('DENIED_CLIENT');
};
