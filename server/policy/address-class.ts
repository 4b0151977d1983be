/** The classes of addresses: which are public, and which are guarded because they lead inside. */
import { type Address, embedded, isIn, mergeRanges, parseRange, type Range } from './address.ts';

const rangesOf = (...texts: string[]): Range[] =>
  texts.map((text) => {
    const range = parseRange(text);
    if (!range) throw new Error(`no range: ${text}`);
    return range;
  });

/** From the IANA special-purpose registries [RFC 6890]; IPv6 beyond 2000::/3 is nobody's and counts as reserved. */
const classes: Readonly<Record<string, readonly Range[]>> = {
  loopback: rangesOf('127.0.0.0/8', '::1'),
  private: rangesOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'),
  linklocal: rangesOf('169.254.0.0/16', 'fe80::/10'),
  cgnat: rangesOf('100.64.0.0/10'),
  multicast: rangesOf('224.0.0.0/4', 'ff00::/8'),
  reserved: rangesOf(
    ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24'],
    ...['203.0.113.0/24', '240.0.0.0/4'],
    // ::/3 without ::1: IPv4-compatible, IPv4-translated and NAT64 addresses, and the discard prefix.
    ...['::', '::2-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    // Protocol assignments with Teredo, documentation, 6to4.
    ...['2001::/23', '2001:db8::/32', '3fff::/20', '2002::/16'],
    ...['4000::-fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fe00::/9', 'fec0::/10'],
  ),
  // Where clouds hand out credentials: AWS (also for containers), Azure, Alibaba, Oracle, Google.
  metadata: rangesOf(
    ...['169.254.169.254', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
    ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'],
  ),
};

const guarded: readonly Range[] = mergeRanges(Object.values(classes).flat());

/** The ranges of a class by its name without `@`, or null; `public` has none, it is all that is not guarded. */
export const classRanges = (name: string): readonly Range[] | null =>
  name === 'guarded' ? guarded : Object.hasOwn(classes, name) ? (classes[name] ?? null) : null;

/** All names that may stand after `@`. */
export const classNames: readonly string[] = ['public', 'guarded', ...Object.keys(classes)];

/** True for an address that only a rule which means it may open: every class but public. */
export const isGuarded = (address: Address): boolean => isIn(guarded, address);

/** True where the whole range is guarded. */
export const isWhollyGuarded = (range: Range): boolean =>
  guarded.some(({ family, low, high }) => family === range.family && low <= range.low && range.high <= high);

/** True for the address of a cloud's metadata server, also inside an IPv6 address. */
export const isMetadata = (address: Address): boolean =>
  [address, ...embedded(address)].some((each) => isIn(classes.metadata ?? [], each));
