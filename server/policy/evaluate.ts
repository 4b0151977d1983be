/** The evaluator of rules, one for clients and targets: first match wins, no match is deny. */
import { type Address, embedded, isIn, literal } from './address.ts';
import { isGuarded, isMetadata } from './address-class.ts';
import { fitsName, fitsNamed, type HostPattern, type NamedScheme } from './host-pattern.ts';
import { fitsPort, type Protocol } from './port-pattern.ts';
import type { Rule } from './rule.ts';

export interface AskedPort {
  port: number;
  protocol: Protocol;
}

export interface AddressQuestion {
  address: string;
  /** For a target the name that was asked; for a client its forward-confirmed names, or null where DNS failed. */
  names: readonly string[] | null;
  /** Null for a client: then the guard does not apply, but for `*`. */
  asked: AskedPort | null;
}

export interface Decision {
  allowed: boolean;
  /** Null where no rule matched. */
  rule: Rule | null;
}

const nothing: Decision = { allowed: false, rule: null };

const decideBy = (rules: readonly Rule[], matches: (rule: Rule) => boolean): Decision => {
  const rule = rules.find(matches);
  return rule ? { allowed: rule.allow, rule } : nothing;
};

/** Judges one address. @param question its address is an IP literal; anything else matches no rule */
export const decideAddress = (rules: readonly Rule[], { address: text, names, asked }: AddressQuestion): Decision => {
  const address = literal(text);
  if (!address) return nothing;
  const facts: Facts = {
    address,
    names,
    target: asked !== null,
    guarded: isGuarded(address),
    metadata: isMetadata(address),
  };
  return decideBy(
    rules,
    (rule) =>
      fitsAsked(rule, asked) &&
      rule.hosts.some((host) => (rule.allow ? allows(host, rule, facts) : denies(host, facts))),
  );
};

/** Judges a target without an address. */
export const decideNamed = (rules: readonly Rule[], scheme: NamedScheme, name: string): Decision =>
  decideBy(rules, (rule) => rule.hosts.some((host) => host.kind === 'named' && fitsNamed(host, scheme, name)));

/** What is certain about a name before anybody looks it up; null where its addresses decide. */
export const foresee = (rules: readonly Rule[], name: string, asked: AskedPort): Decision | null => {
  const rule = rules.find(
    (each) =>
      fitsAsked(each, asked) &&
      each.hosts.some((host) => {
        if (host.kind === 'any') return true;
        if (host.kind === 'name') return fitsName(host, name);
        return each.allow && host.kind !== 'named';
      }),
  );
  return rule?.allow ? null : { allowed: false, rule: rule ?? null };
};

interface Facts {
  address: Address;
  names: readonly string[] | null;
  target: boolean;
  guarded: boolean;
  metadata: boolean;
}

const fitsAsked = (rule: Rule, asked: AskedPort | null): boolean =>
  asked === null ? rule.ports === null : rule.ports !== null && fitsPort(rule.ports, { ...asked, allow: rule.allow });

/** The guard: an address that leads inside is opened only by a rule that means it. */
const allows = (host: HostPattern, rule: Rule, { address, names, target, guarded, metadata }: Facts): boolean => {
  if (target && metadata && !(host.kind === 'ranges' && host.single)) return false;
  switch (host.kind) {
    case 'any':
      return !guarded || rule.options.private;
    case 'public':
      return !guarded;
    case 'name':
      return (!target || !guarded || rule.options.private) && (names?.some((name) => fitsName(host, name)) ?? false);
    case 'ranges':
      return (!target || !guarded || host.guarded || rule.options.private) && isIn(host.ranges, address);
    default:
      return false;
  }
};

/** No guard to deny: names that nobody could look up match, and so does an IPv4 address inside an IPv6 one. */
const denies = (host: HostPattern, { address, names, guarded }: Facts): boolean => {
  switch (host.kind) {
    case 'any':
      return true;
    case 'public':
      return !guarded;
    case 'name':
      return names === null || names.some((name) => fitsName(host, name));
    case 'ranges':
      return [address, ...embedded(address)].some((each) => isIn(host.ranges, each));
    default:
      return false;
  }
};
