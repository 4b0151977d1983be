/** What stands in the ports column of a rule, and the ports that no wildcard opens. */
import { parsePort } from '../core/target-url.ts';
import { Fault, quote } from './hosts-error.ts';

export type Protocol = 'tcp' | 'tls' | 'udp';

export interface PortPattern {
  /** Both ends inclusive; `single` where the rule names one port and no range. */
  ranges: readonly { low: number; high: number; single: boolean }[];
  /** Null where the rule names none: then it allows tcp and tls, and denies all. */
  protocol: Protocol | null;
}

/** The bad ports of the Fetch standard, then those of databases and container engines that answer without a login. */
const badPorts: ReadonlySet<number> = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104],
  ...[109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526],
  ...[530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045],
  ...[4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
  ...[2375, 2376, 6379, 9200, 11211, 27017],
]);

/** Reads `80`, `80,443`, `8000-8010`, `*`; behind the list `/tcp`, `/tls`, `/udp` or nothing. @throws Fault */
export const parsePorts = (text: string): PortPattern => {
  const [list = '', protocol, ...more] = text.split('/');
  if (more.length > 0 || (protocol !== undefined && !isProtocol(protocol))) {
    throw new Fault(`after the ports ${quote(text)} stands /tcp, /tls, /udp or nothing`);
  }
  return { ranges: list.split(',').map(parseOne), protocol: protocol ?? null };
};

/**
 * True where a rule with these ports speaks of the port and the protocol.
 * To allow takes more than to deny: udp only by name, a bad port only when it stands alone.
 */
export const fitsPort = (
  { ranges, protocol }: PortPattern,
  asked: { port: number; protocol: Protocol; allow: boolean },
): boolean => {
  if (protocol ? protocol !== asked.protocol : asked.allow && asked.protocol === 'udp') return false;
  const careful = asked.allow && badPorts.has(asked.port);
  return ranges.some(({ low, high, single }) => low <= asked.port && asked.port <= high && (single || !careful));
};

const isProtocol = (text: string): text is Protocol => text === 'tcp' || text === 'tls' || text === 'udp';

const parseOne = (text: string): PortPattern['ranges'][number] => {
  if (text === '*') return { low: 1, high: 65535, single: false };
  const [lowText = '', highText, ...more] = text.split('-');
  const low = parsePort(lowText);
  const high = highText === undefined ? low : parsePort(highText);
  if (low === null || high === null || more.length > 0) {
    throw new Fault(`${quote(text)} is not a port: write *, a number from 1 to 65535, or two with a hyphen`);
  }
  if (high < low) throw new Fault(`the ports ${quote(text)} end before they begin`);
  return { low, high, single: highText === undefined };
};
