/** `netwine check-hosts`: reads the hosts files as the bridge does and prints the line that decides. */
import { parseArgs } from 'node:util';
import { NetwineError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { formatTarget, parseTarget } from '../core/target-url.ts';
import { literal } from '../policy/address.ts';
import { judgeClient } from '../policy/clients.ts';
import type { Decision } from '../policy/evaluate.ts';
import { HostsError } from '../policy/hosts-error.ts';
import { type Hosts, loadHosts } from '../policy/load.ts';
import { systemResolve } from '../policy/resolve.ts';
import { judgeTarget } from '../policy/targets.ts';

export interface CheckHostsIo {
  out(line: string): void;
  err(line: string): void;
  /** The directory that is read without `--hosts`. */
  defaultHosts: string;
}

const USAGE = 'usage: netwine check-hosts [--hosts DIR] [--client ADDR] [TARGET]';
const LOOK_UP_MS = 5000;

/**
 * @param args what follows the command's name
 * @returns the exit status: 0 allowed, or files without a fault; 1 denied; 2 a faulty file or a faulty command
 */
export const checkHosts = async (args: readonly string[], io: CheckHostsIo): Promise<number> => {
  try {
    const { directory, client, target } = readArgs(args, io.defaultHosts);
    const hosts = await loadHosts(directory);
    for (const warning of hosts.warnings) io.err(warning);
    if (client === null && target === null) io.out(summary(hosts, directory));
    const clientPasses = client === null || judgeClientAloud(client, hosts, io);
    const targetPasses = target === null || (await judgeTargetAloud(target, hosts, io));
    return clientPasses && targetPasses ? 0 : 1;
  } catch (error) {
    if (!(error instanceof HostsError || error instanceof UsageFault)) throw error;
    io.err(error.message);
    return 2;
  }
};

class UsageFault extends Error {
  constructor(reason: string) {
    super(`${reason}\n${USAGE}`);
  }
}

interface Question {
  directory: string;
  client: string | null;
  target: Target | null;
}

const readArgs = (args: readonly string[], defaultHosts: string): Question => {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) throw new UsageFault('only one target can be asked for at a time');
  const [targetText] = positionals;
  return {
    directory: values.hosts ?? defaultHosts,
    client: values.client === undefined ? null : checkAddress(values.client),
    target: targetText === undefined ? null : readTarget(targetText),
  };
};

const parse = (args: readonly string[]) => {
  try {
    const options = { hosts: { type: 'string' }, client: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageFault(error instanceof Error ? error.message : String(error));
  }
};

const checkAddress = (text: string): string => {
  if (literal(text.split('%', 1)[0] ?? '')) return text;
  throw new UsageFault('--client takes an IP address');
};

const readTarget = (text: string): Target => {
  try {
    return parseTarget(text);
  } catch (error) {
    if (error instanceof NetwineError) throw new UsageFault(error.text);
    throw error;
  }
};

const summary = ({ clients, targets, routes }: Hosts, directory: string): string =>
  `${directory}: no fault: ${clients.length} client rules, ${targets.length} target rules, ${routes.size} routes`;

const tell = (what: string, { allowed, rule }: Decision, file: string): string => {
  const by = rule ? `${rule.place}: ${rule.text}` : `no rule of the ${file} file matches`;
  return `${what} ${allowed ? 'allowed' : 'denied'} by ${by}`;
};

const judgeClientAloud = (address: string, hosts: Hosts, io: CheckHostsIo): boolean => {
  const decision = judgeClient(address, hosts.clients);
  io.out(tell(`client ${address}`, decision, 'clients'));
  return decision.allowed;
};

const judgeTargetAloud = async (asked: Target, hosts: Hosts, io: CheckHostsIo): Promise<boolean> => {
  const look = { resolve: systemResolve, limitMs: LOOK_UP_MS, signal: new AbortController().signal };
  try {
    const { target, verdicts } = await judgeTarget(asked, hosts.targets, look);
    for (const { address, ...decision } of verdicts) {
      const at = address !== null && 'host' in target && target.host !== address ? ` (${address})` : '';
      io.out(tell(`target ${formatTarget(target)}${at}`, decision, 'targets'));
    }
    return verdicts.every(({ allowed }) => allowed);
  } catch (error) {
    if (!(error instanceof NetwineError)) throw error;
    io.out(`target ${formatTarget(asked)} denied: ${error.text}`);
    return false;
  }
};
