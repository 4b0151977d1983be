/** Strict host spelling: what the system's resolver would take for an address by accident is refused here. */
import { isIPv4, isIPv6 } from 'node:net';
import { NetwineError } from './errors.ts';

export type Host = { kind: 'ip'; address: string; family: 4 | 6 } | { kind: 'name'; name: string };

const LONGEST_NAME = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NUMERIC_LABEL = /^(?:[0-9]+|0x[0-9a-f]*)$/;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * Reads a host: a dotted quad, an IPv6 address (brackets optional), or a name of letters, digits and hyphens.
 *
 * The result is canonical: names in lower case without a final dot, IPv6 as RFC 5952 writes it, `::ffff:a.b.c.d` as
 * `a.b.c.d`. A name whose last label is a number is no name: resolvers take `127.1` and `0x7f000001` for 127.0.0.1.
 * @throws BAD_TARGET for anything else, zone ids and non-ASCII spellings included
 */
export const parseHost = (text: string): Host => {
  // Programs without types may pass anything here.
  if (typeof text !== 'string' || text.length > LONGEST_NAME + 1) throw malformed();
  if (text.startsWith('[') && text.endsWith(']')) return parseIPv6(text.slice(1, -1));
  if (text.includes(':')) return parseIPv6(text);
  if (isIPv4(text)) return { kind: 'ip', address: text, family: 4 };
  return { kind: 'name', name: parseName(text) };
};

/** A host as it stands before a port: IPv6 gets brackets. */
export const formatHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const parseName = (text: string): string => {
  const name = asciiLowerCase(text.endsWith('.') ? text.slice(0, -1) : text);
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (name.length > LONGEST_NAME || NUMERIC_LABEL.test(last)) throw malformed();
  if (!labels.every((label) => LABEL.test(label))) throw malformed();
  return name;
};

const parseIPv6 = (text: string): Host => {
  if (text.includes('%') || !isIPv6(text)) throw malformed();
  const address = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(address);
  if (!mapped) return { kind: 'ip', address, family: 6 };
  const bytes = mapped.slice(1).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return { kind: 'ip', address: bytes.join('.'), family: 4 };
};

/** `toLowerCase` turns the Kelvin sign into a k: only A to Z may change. */
const asciiLowerCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const malformed = (): NetwineError =>
  new NetwineError('BAD_TARGET', { text: 'the host is malformed: write a name, a dotted quad or an IPv6 address' });
