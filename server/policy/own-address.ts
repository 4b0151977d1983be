/** The bridge's own listen addresses, so that it never dials itself. */
import { networkInterfaces } from 'node:os';
import { parseHost } from '../core/host.ts';
import { isIn, literal } from './address.ts';
import { classRanges } from './address-class.ts';

export interface ListenAddress {
  /** An IP literal; `0.0.0.0` and `::` are all addresses of this machine. */
  address: string;
  port: number;
}

/**
 * True where a connection to the address and port would come back to one of the listening sockets.
 * @param address a canonical IP literal
 */
export const isOwn = (address: string, port: number, listening: readonly ListenAddress[]): boolean =>
  listening.some((own) => own.port === port && reaches(address, canonical(own.address)));

/** True for an IP literal of the loopback network; a zone id and an IPv4-mapped prefix do not matter. */
export const isLoopback = (text: string): boolean => {
  const address = literal(withoutZone(text));
  return address !== null && isIn(classRanges('loopback') ?? [], address);
};

const reaches = (address: string, own: string): boolean => {
  if (address === own) return true;
  // Linux takes a connection to the unspecified address for one to its own loopback.
  if (isUnspecified(address)) return isUnspecified(own) || isLoopback(own);
  if (own === '0.0.0.0') return !address.includes(':') && isLocal(address);
  // A socket that listens on :: takes IPv4 connections too.
  return own === '::' && isLocal(address);
};

const isUnspecified = (address: string): boolean => address === '0.0.0.0' || address === '::';

const isLocal = (address: string): boolean =>
  isLoopback(address) ||
  Object.values(networkInterfaces()).some((each) => each?.some((local) => canonical(local.address) === address));

/** The addresses of interfaces come with zone ids. */
const canonical = (text: string): string => {
  const host = parseHost(withoutZone(text));
  return host.kind === 'ip' ? host.address : host.name;
};

const withoutZone = (address: string): string => address.split('%', 1)[0] ?? '';
