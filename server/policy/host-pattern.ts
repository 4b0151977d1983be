/** What stands in the hosts column of a rule: names, addresses, classes, and targets without an address. */
import { parseHost } from '../core/host.ts';
import { isSocketPath, isTargetName } from '../core/target-url.ts';
import { parseRange, type Range } from './address.ts';
import { classNames, classRanges, isWhollyGuarded } from './address-class.ts';
import { Fault, quote } from './hosts-error.ts';

export type NamedScheme = 'unix' | 'exec' | 'peer' | 'channel';

export type HostPattern =
  | { kind: 'any' }
  | { kind: 'public' }
  | { kind: 'name'; name: string; itself: boolean; below: boolean }
  | { kind: 'ranges'; ranges: readonly Range[]; single: boolean; guarded: boolean }
  | { kind: 'named'; scheme: NamedScheme; name: string; prefix: boolean };

/** Reads one pattern: `*`, name, `*.name`, `.name`, ip, ip/n, ip-ip, `@class`, or `scheme:name`. @throws Fault */
export const parseHostPattern = (text: string): HostPattern => {
  if (text === '') throw new Fault('a host is missing: between hosts stands a comma and no blank');
  if (text === '*') return { kind: 'any' };
  if (text.startsWith('@')) return parseClass(text.slice(1));
  const named = /^(unix|exec|peer|channel):(.*)$/.exec(text);
  if (named) return parseNamed(named[1] as NamedScheme, named[2] ?? '');
  const range = parseRange(text);
  if (range) {
    const single = range.low === range.high;
    return { kind: 'ranges', ranges: [range], single, guarded: isWhollyGuarded(range) };
  }
  if (text.startsWith('*.')) return { kind: 'name', name: parseName(text.slice(2)), itself: false, below: true };
  if (text.startsWith('.')) return { kind: 'name', name: parseName(text.slice(1)), itself: true, below: true };
  return { kind: 'name', name: parseName(text), itself: true, below: false };
};

/** True where a canonical name fits a name pattern. */
export const fitsName = (pattern: HostPattern & { kind: 'name' }, name: string): boolean =>
  (pattern.itself && name === pattern.name) || (pattern.below && name.endsWith(`.${pattern.name}`));

/** True where the name of a target without an address fits. */
export const fitsNamed = (pattern: HostPattern & { kind: 'named' }, scheme: NamedScheme, name: string): boolean =>
  pattern.scheme === scheme && (pattern.prefix ? name.startsWith(pattern.name) : name === pattern.name);

const parseClass = (name: string): HostPattern => {
  if (name === 'public') return { kind: 'public' };
  const ranges = classRanges(name);
  if (!ranges)
    throw new Fault(`there is no class @${name}: the classes are ${classNames.map((each) => `@${each}`).join(' ')}`);
  return { kind: 'ranges', ranges, single: false, guarded: true };
};

const parseNamed = (scheme: NamedScheme, text: string): HostPattern => {
  const prefix = text.endsWith('*');
  const name = prefix ? text.slice(0, -1) : text;
  // A prefix may end in the middle: it is sound where some whole name begins with it.
  const sound = scheme === 'unix' ? isSocketPath(prefix ? `${name}x` : name) : isTargetName(prefix ? `${name}x` : name);
  if (!sound) throw new Fault(`${quote(`${scheme}:${text}`)} is malformed: only the end may be a *`);
  return { kind: 'named', scheme, name, prefix };
};

const parseName = (text: string): string => {
  try {
    const host = parseHost(text);
    if (host.kind === 'name') return host.name;
  } catch {
    if (/^[^:]*:[0-9*]/.test(text)) throw new Fault(`${quote(text)}: the port stands after a blank, not after a colon`);
  }
  throw new Fault(`${quote(text)} is neither a name nor an address nor a pattern (non-ASCII names in punycode)`);
};
