/** What keeps a rule from opening a target that it fits: the guard over inner addresses and ports of mischief. */
import { NetwineError } from '../core/errors.ts';
import type { LookUp } from '../policy/resolve.ts';
import type { Rule } from '../policy/rule.ts';
import { type Judgement, judgeTarget } from '../policy/targets.ts';

interface Remedy {
  mend(rule: Rule): Rule;
  /** Stands behind the text of the rule. */
  advice(port: number): string;
}

const withPrivate = (rule: Rule): Rule => ({ ...rule, options: { ...rule.options, private: true } });

const withSinglePorts = (rule: Rule): Rule => {
  const { ports } = rule;
  return ports
    ? { ...rule, ports: { ...ports, ranges: ports.ranges.map((each) => ({ ...each, single: true })) } }
    : rule;
};

const addPrivate = 'opens no guarded address: add private, or a rule for the address';
const addPort = (port: number): string => `opens port ${port} only where it is named singly: add ,${port} to the ports`;

/** The least first. */
const remedies: readonly Remedy[] = [
  { mend: withPrivate, advice: () => addPrivate },
  { mend: withSinglePorts, advice: addPort },
  { mend: (rule) => withSinglePorts(withPrivate(rule)), advice: (port) => `${addPort(port)}; and it ${addPrivate}` },
];

/**
 * Asks the rules about a denied target once more, as if they had what the guard demands.
 * @returns a line for each rule that would open the target then; none where the guard is not what denies it
 */
export const guardAdvice = async (
  { target, verdicts }: Judgement,
  rules: readonly Rule[],
  look: LookUp,
): Promise<string[]> => {
  if (!('host' in target)) return [];
  const known = verdicts.flatMap(({ address }) => address ?? []);
  const passed = new Set(verdicts.flatMap(({ allowed, address }) => (allowed ? [address] : [])));
  // A name that was denied unseen has no addresses yet.
  const again = known.length > 0 ? { ...look, resolve: async () => known } : look;
  for (const { mend, advice } of remedies) {
    const mended = await verdictsOf(target, rules.map(mend), again);
    if (mended.length === 0 || !mended.every(({ allowed }) => allowed)) continue;
    const opening = mended.flatMap(({ address, rule }) => (rule && !passed.has(address) ? [rule] : []));
    return [...new Set(opening.map(({ place, text }) => `${place}: ${text}: ${advice(target.port)}`))];
  }
  return [];
};

/** None where the name cannot be looked up. */
const verdictsOf = async (...asked: Parameters<typeof judgeTarget>): Promise<Judgement['verdicts']> => {
  try {
    return (await judgeTarget(...asked)).verdicts;
  } catch (error) {
    if (error instanceof NetwineError) return [];
    throw error;
  }
};
