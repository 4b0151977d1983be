/** Judges a target: resolve once, ask the rules about every answer, and hand out only what was judged. */
import { NetwineError } from '../core/errors.ts';
import { parseHost } from '../core/host.ts';
import type { Permit, PermitOptions, Target } from '../core/target.ts';
import { formatTarget, parseTarget } from '../core/target-url.ts';
import { literal } from './address.ts';
import { type AskedPort, type Decision, decideAddress, decideNamed, foresee } from './evaluate.ts';
import { isOwn, type ListenAddress } from './own-address.ts';
import { type LookUp, lookUp } from './resolve.ts';
import type { Rule } from './rule.ts';

export interface Verdict extends Decision {
  /** The judged IP literal; null where the target has none, or was refused before anything was looked up. */
  address: string | null;
}

export interface Judgement {
  /** Canonical. */
  target: Target;
  /** In the order of the answers, at least one; a single denied one denies the target. */
  verdicts: readonly Verdict[];
}

/** Asks the rules about a target. @throws BAD_TARGET, UNKNOWN_HOST, TIMEOUT, or the reason of the signal */
export const judgeTarget = async (asked: Target, rules: readonly Rule[], look: LookUp): Promise<Judgement> => {
  // A target may come from a program and not from our parser: what is judged is what our grammar says.
  const target = parseTarget(formatTarget(asked));
  if (!('host' in target)) return { target, verdicts: [{ address: null, ...decideOther(target, rules) }] };
  const port: AskedPort = { port: target.port, protocol: target.kind };
  const host = parseHost(target.host);
  const judge = (address: string, names: readonly string[]): Verdict => ({
    address,
    ...decideAddress(rules, { address, names, asked: port }),
  });
  if (host.kind === 'ip') return { target, verdicts: [judge(host.address, [])] };
  const foreseen = foresee(rules, host.name, port);
  if (foreseen) return { target, verdicts: [{ address: null, ...foreseen }] };
  const answers = await lookUp(host.name, look);
  return { target, verdicts: distinct(answers).map((address) => judge(address, [host.name])) };
};

export interface TargetsOptions {
  rules: readonly Rule[];
  self: () => readonly ListenAddress[];
  look: LookUp;
}

/** The permit for a target. @throws DENIED_TARGET, and all that `judgeTarget` throws */
export const permitTarget = async (asked: Target, { rules, self, look }: TargetsOptions): Promise<Permit> => {
  const { target, verdicts } = await judgeTarget(asked, rules, look);
  if (!verdicts.every(({ allowed }) => allowed)) throw new NetwineError('DENIED_TARGET');
  const addresses = verdicts.flatMap(({ address }) => address ?? []);
  // The bridge listens on TCP alone: another server may have the same port of UDP.
  if ('host' in target && target.kind !== 'udp' && addresses.some((address) => isOwn(address, target.port, self()))) {
    throw new NetwineError('DENIED_TARGET', { text: 'the target is this bridge itself' });
  }
  const deciding = verdicts.flatMap(({ rule }) => rule ?? []);
  return { target, addresses, options: optionsOf(deciding), rule: deciding[0]?.place ?? null };
};

const decideOther = (target: Exclude<Target, { host: string }>, rules: readonly Rule[]): Decision => {
  const name = target.kind === 'unix' ? target.path : target.kind === 'peer' ? target.id : target.name;
  return decideNamed(rules, target.kind, name);
};

/** Where answers were decided by different rules, a certificate goes unverified only if all of them say so. */
const optionsOf = (rules: readonly Rule[]): PermitOptions => {
  const ca = rules.find(({ options }) => options.ca !== undefined)?.options.ca;
  if (ca !== undefined) return { ca };
  return rules.length > 0 && rules.every(({ options }) => options.insecure) ? { insecure: true } : {};
};

/** Canonical literals, each once. */
const distinct = (answers: readonly string[]): string[] => [...new Set(answers.map(canonical))];

const canonical = (answer: string): string => {
  if (!literal(answer))
    throw new NetwineError('UNKNOWN_HOST', { text: 'the look-up of the target gave no usable address' });
  const host = parseHost(answer);
  return host.kind === 'ip' ? host.address : host.name;
};
