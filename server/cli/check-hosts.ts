/** `netwine check-hosts`: reads the hosts files as the bridge does and prints the line that decides. */
import { join } from 'node:path';
import { nearest } from '../config/nearest.ts';
import { shown, UsageError } from '../config/usage-error.ts';
import { NetwineError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { formatTarget } from '../core/target-url.ts';
import { judgeClient } from '../policy/clients.ts';
import type { Decision } from '../policy/evaluate.ts';
import { HostsError } from '../policy/hosts-error.ts';
import { type Hosts, loadHosts } from '../policy/load.ts';
import { systemResolve } from '../policy/resolve.ts';
import { judgeTarget } from '../policy/targets.ts';
import { guardAdvice } from './guard-advice.ts';
import { readQuestion } from './question.ts';

export interface CheckHostsIo {
  out(line: string): void;
  err(line: string): void;
  /** The directory that is read without `--hosts`. */
  defaultHosts: string;
}

const LOOK_UP_MS = 5000;

/**
 * @param args what follows the command's name
 * @returns the exit status: 0 allowed, or files without a fault; 1 denied; 2 a faulty file or a faulty command
 */
export const checkHosts = async (args: readonly string[], io: CheckHostsIo): Promise<number> => {
  try {
    const { directory, client, asked } = readQuestion(args, io.defaultHosts);
    const hosts = await loadHosts(directory);
    for (const warning of hosts.warnings) io.err(warning);
    if (client === null && asked === null) io.out(summary(hosts, directory));
    const clientPasses = client === null || judgeClientAloud(client, hosts, io);
    const target = typeof asked === 'string' ? findRouteAloud(asked, hosts, { directory, io }) : asked;
    const targetPasses = asked === null || (target !== null && (await judgeTargetAloud(target, hosts, io)));
    return clientPasses && targetPasses ? 0 : 1;
  } catch (error) {
    if (!(error instanceof HostsError || error instanceof UsageError)) throw error;
    io.err(error.message);
    return 2;
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

/** @returns the target of the route, or null where there is no such route */
const findRouteAloud = (
  path: string,
  { routes }: Hosts,
  { directory, io }: { directory: string; io: CheckHostsIo },
): Target | null => {
  const target = routes.get(decoded(path)) ?? null;
  const file = join(directory, 'routes');
  const near = routes.size > 0 ? `; the nearest one is ${nearest(path, [...routes.keys()])}` : '';
  if (target) io.out(`route ${shown(path)} found in ${file}: ${shown(path)} ${formatTarget(target)}`);
  else io.out(`route ${shown(path)} not found: no line of ${file} has this path${near}`);
  return target;
};

/** Routes are kept decoded, but may be asked for as they stand in a URL. */
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const judgeTargetAloud = async (asked: Target, hosts: Hosts, io: CheckHostsIo): Promise<boolean> => {
  const look = { resolve: systemResolve, limitMs: LOOK_UP_MS, signal: new AbortController().signal };
  try {
    const judgement = await judgeTarget(asked, hosts.targets, look);
    const { target, verdicts } = judgement;
    for (const { address, ...decision } of verdicts) {
      const at = address !== null && 'host' in target && target.host !== address ? ` (${address})` : '';
      io.out(tell(`target ${formatTarget(target)}${at}`, decision, 'targets'));
    }
    const allowed = verdicts.every((verdict) => verdict.allowed);
    if (!allowed) for (const line of await guardAdvice(judgement, hosts.targets, look)) io.out(line);
    return allowed;
  } catch (error) {
    if (!(error instanceof NetwineError)) throw error;
    io.out(`target ${formatTarget(asked)} denied: ${error.text}`);
    return false;
  }
};
