/** IP addresses as numbers: single ones, CIDR blocks and ranges, and the IPv4 addresses inside IPv6 ones. */
import { NetwineError } from '../core/errors.ts';
import { parseHost } from '../core/host.ts';
import { Fault, quote } from './hosts-error.ts';

export interface Address {
  family: 4 | 6;
  value: bigint;
}

/** Both ends inclusive. */
export interface Range {
  family: 4 | 6;
  low: bigint;
  high: bigint;
}

const parseAddress = (text: string): Address | null => {
  const host = parseHost(text);
  if (host.kind === 'name') return null;
  const value = host.family === 4 ? valueOf4(host.address) : valueOf6(host.address);
  return { family: host.family, value };
};

/** The number of an IP literal; null for anything else. */
export const literal = (text: string): Address | null => {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof NetwineError) return null;
    throw error;
  }
};

/** True where the address lies in one of the ranges. */
export const isIn = (ranges: readonly Range[], { family, value }: Address): boolean =>
  ranges.some((range) => range.family === family && range.low <= value && value <= range.high);

/** `ip`, `ip/n` or `ip-ip`; null where the text does not begin with an address. @throws Fault */
export const parseRange = (text: string): Range | null => {
  const [, first = '', mark, second = ''] = /^(.*?)(?:([/-])(.*))?$/s.exec(text) ?? [];
  const low = literal(first);
  if (!low) return null;
  if (mark === undefined) return { family: low.family, low: low.value, high: low.value };
  if (mark === '/') return block(low, second);
  const high = literal(second);
  if (!high || high.family !== low.family) throw new Fault(`a range has two addresses of one family: ${quote(text)}`);
  if (high.value < low.value) throw new Fault(`the range ends before it begins: ${quote(text)}`);
  return { family: low.family, low: low.value, high: high.value };
};

/** Ranges in order, those that overlap or touch as one: what lies in several of them lies in one of these. */
export const mergeRanges = (ranges: readonly Range[]): Range[] => {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.family - b.family || (a.low < b.low ? -1 : 1))) {
    const last = merged.at(-1);
    if (!last || last.family !== range.family || range.low > last.high + 1n) merged.push({ ...range });
    else if (range.high > last.high) last.high = range.high;
  }
  return merged;
};

/**
 * The IPv4 addresses that an IPv6 address carries, and to which a gateway may pass it on: NAT64 [RFC 6052, 8215],
 * 6to4 [RFC 3056], Teredo [RFC 4380], IPv4-compatible [RFC 4291 2.5.5.1] and IPv4-translated [RFC 2765].
 */
export const embedded = ({ family, value }: Address): Address[] => {
  if (family === 4) return [];
  const as4 = (number: bigint): Address => ({ family: 4, value: number & 0xffffffffn });
  if (value >> 112n === 0x2002n) return [as4(value >> 80n)];
  if (value >> 96n === 0x20010000n) return [as4(value >> 64n), as4(~value)];
  if (LOW_32.some((prefix) => value >> 32n === prefix) || value >> 80n === 0x64ff9b0001n) return [as4(value)];
  return [];
};

/** `::/96`, `::ffff:0:0:0/96` and `64:ff9b::/96`, without their last 32 bits. */
const LOW_32 = [0n, 0xffff0000n, 0x64ff9bn << 64n];

const block = (low: Address, lengthText: string): Range => {
  const bits = low.family === 4 ? 32 : 128;
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(lengthText) || Number(lengthText) > bits) {
    throw new Fault(`after the slash stands a number from 0 to ${bits}, not ${quote(lengthText)}`);
  }
  const hostBits = (1n << BigInt(bits - Number(lengthText))) - 1n;
  if ((low.value & hostBits) !== 0n) throw new Fault('the address has bits set beyond the length of its block');
  return { family: low.family, low: low.value, high: low.value | hostBits };
};

const valueOf4 = (address: string): bigint =>
  address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);

const valueOf6 = (address: string): bigint => {
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros: string[] = new Array(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
};
