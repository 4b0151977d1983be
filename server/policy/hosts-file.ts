/** The parser of hosts files, one for clients and targets: text becomes rules that know their lines. */
import { type HostPattern, parseHostPattern } from './host-pattern.ts';
import { Fault, quote } from './hosts-error.ts';
import { type Line, parseLines } from './lines.ts';
import { parsePorts } from './port-pattern.ts';
import type { Rule, RuleOptions } from './rule.ts';

export type HostsKind = 'clients' | 'targets';

/**
 * Reads `(allow | deny) hosts [ports] {option}` lines.
 * @param file the name that faults and rules carry
 * @throws HostsError with all faults
 */
export const parseRules = (source: string | Uint8Array, { file, kind }: { file: string; kind: HostsKind }): Rule[] =>
  parseLines(source, file, (line) => parseRule(line, file, kind));

const parseRule = ({ number, words }: Line, file: string, kind: HostsKind): Rule => {
  const [verb, hostsText, ...rest] = words;
  if (verb !== 'allow' && verb !== 'deny')
    throw new Fault(`a rule begins with allow or deny, not ${quote(verb ?? '')}`);
  if (hostsText === undefined) throw new Fault(`after ${verb} stand the hosts`);
  const hosts = hostsText.split(',').map(parseHostPattern);
  const network = isNetwork(hosts, kind);
  const portsText = network && kind === 'targets' ? rest.shift() : undefined;
  if (network && kind === 'targets' && portsText === undefined) throw new Fault('the ports are missing: * means all');
  const ports = portsText === undefined ? null : parsePorts(portsText);
  const options = parseOptions(rest, { kind, network, mayTls: ports?.protocol === null || ports?.protocol === 'tls' });
  return { allow: verb === 'allow', hosts, ports, options, place: `${file}:${number}`, text: words.join(' ') };
};

const isNetwork = (hosts: readonly HostPattern[], kind: HostsKind): boolean => {
  const named = hosts.filter((host) => host.kind === 'named').length;
  if (named > 0 && kind === 'clients') throw new Fault('unix:, exec:, peer: and channel: are targets, not clients');
  if (named > 0 && named < hosts.length) throw new Fault('targets with and without ports need a rule each');
  return named === 0;
};

interface Place {
  kind: HostsKind;
  /** The rule speaks of addresses. */
  network: boolean;
  /** The rule may open tls. */
  mayTls: boolean;
}

const parseOptions = (words: readonly string[], place: Place): RuleOptions => {
  const options: RuleOptions = { private: false, insecure: false };
  const seen = new Set<string>();
  for (const word of words) {
    const [name = '', ...values] = word.split('=');
    if (seen.has(name)) throw new Fault(`${name} stands twice`);
    seen.add(name);
    setOption(options, { word, name, value: values.length > 0 ? values.join('=') : null }, place);
  }
  if (options.insecure && options.ca !== undefined) throw new Fault('insecure and ca= exclude each other');
  return options;
};

const setOption = (
  options: RuleOptions,
  option: { word: string; name: string; value: string | null },
  place: Place,
): void => {
  const { word, name, value } = option;
  if (name === 'private' && value === null) {
    if (!place.network) throw new Fault('private is for rules with addresses or names');
    options.private = true;
  } else if (name === 'max' && value !== null && /^[1-9][0-9]{0,8}$/.test(value)) {
    options.max = Number(value);
  } else if (name === 'proxy' && (value === 'v1' || value === 'v2')) {
    if (place.kind === 'clients' || !place.network) throw new Fault('proxy= is for targets with an address');
    options.proxy = value;
  } else if ((name === 'insecure' && value === null) || (name === 'ca' && value)) {
    if (!place.mayTls) throw new Fault(`${name} is for tls targets`);
    if (value) options.ca = value;
    else options.insecure = true;
  } else {
    const ports = place.network ? 'clients have no ports' : 'such targets have no ports';
    const hint = /^[0-9*]/.test(word) && (place.kind === 'clients' || !place.network) ? `: ${ports}` : '';
    throw new Fault(
      `${quote(word)} is no option${hint || ': there are private insecure ca=FILE max=N proxy=v1 proxy=v2'}`,
    );
  }
};
