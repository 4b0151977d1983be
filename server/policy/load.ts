/** Loads a directory of hosts files, whole or not at all. */
import { lstat, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HostsError } from './hosts-error.ts';
import { parseRules } from './hosts-file.ts';
import { parseRoutes, type Routes } from './routes-file.ts';
import type { Rule } from './rule.ts';

export interface Hosts {
  clients: readonly Rule[];
  targets: readonly Rule[];
  routes: Routes;
  /** What an operator should know, one `file:line: text` each. */
  warnings: readonly string[];
}

export interface HostsTexts {
  clients: string | Uint8Array;
  targets: string | Uint8Array;
  routes?: string | Uint8Array | undefined;
}

/** The most that the limits on lines and rules leave. */
const LARGEST_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads `clients`, `targets` and, where there is one, `routes` in a directory.
 * @throws HostsError with the faults of all files; then none of them may be used
 */
export const loadHosts = async (directory: string): Promise<Hosts> => {
  const faults: string[] = [];
  const read = async (name: string): Promise<Uint8Array> =>
    readPlainFile(join(directory, name)).catch((error: unknown) => {
      if (!(error instanceof HostsError)) throw error;
      faults.push(...error.faults);
      return new Uint8Array(0);
    });
  const [clients, targets, hasRoutes] = [
    await read('clients'),
    await read('targets'),
    await exists(join(directory, 'routes')),
  ];
  const routes = hasRoutes ? await read('routes') : undefined;
  const hosts = collect(faults, () => parseHosts({ clients, targets, routes }, directory));
  if (hosts) faults.push(...(await unreadableAuthorities(hosts.targets)));
  if (!hosts || faults.length > 0) throw new HostsError(faults);
  return hosts;
};

/**
 * The same from texts.
 * @param directory what the names of the files begin with, and where `ca=` looks for its files
 * @throws HostsError
 */
export const parseHosts = ({ clients, targets, routes }: HostsTexts, directory = ''): Hosts => {
  const faults: string[] = [];
  const file = (name: string): string => join(directory, name);
  const clientRules =
    collect(faults, () => supported(parseRules(clients, { file: file('clients'), kind: 'clients' }))) ?? [];
  const targetRules =
    collect(faults, () => supported(parseRules(targets, { file: file('targets'), kind: 'targets' }))) ?? [];
  const paths = collect(faults, () => parseRoutes(routes ?? '', file('routes'))) ?? new Map();
  if (faults.length > 0) throw new HostsError(faults);
  const warnings: string[] = [];
  if (clientRules.length === 0) warnings.push(`${file('clients')}:0: no rule: every client is denied`);
  if (targetRules.length === 0) warnings.push(`${file('targets')}:0: no rule: every target is denied`);
  return {
    clients: clientRules,
    targets: targetRules.map((rule) => locateAuthorities(rule, directory)),
    routes: paths,
    warnings,
  };
};

const collect = <T>(faults: string[], parse: () => T): T | null => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof HostsError)) throw error;
    faults.push(...error.faults);
    return null;
  }
};

/** A rule that is not enforced yet must stop the start: without its limit it would open more than was written. */
const supported = (rules: Rule[]): Rule[] => {
  const faults = rules.flatMap(({ options, hosts, ports, place }) => {
    const missing: string[] = [];
    if (options.max !== undefined) missing.push('max= is not supported yet');
    if (options.proxy !== undefined) missing.push('proxy= is not supported yet');
    if (ports === null && hosts.some(({ kind }) => kind === 'name'))
      missing.push('a client rule by name is not supported yet');
    return missing.map((text) => `${place}: ${text}`);
  });
  if (faults.length > 0) throw new HostsError(faults);
  return rules;
};

const locateAuthorities = (rule: Rule, directory: string): Rule => {
  const { ca } = rule.options;
  return ca === undefined ? rule : { ...rule, options: { ...rule.options, ca: resolve(directory, ca) } };
};

const unreadableAuthorities = async (rules: readonly Rule[]): Promise<string[]> => {
  const faults: string[] = [];
  for (const { options, place } of rules) {
    if (options.ca === undefined) continue;
    try {
      await readPlainFile(options.ca);
    } catch (error) {
      if (!(error instanceof HostsError)) throw error;
      faults.push(`${place}: the file of ca= cannot be used: ${error.message}`);
    }
  }
  return faults;
};

/** Anything but a missing file counts as there, a link to nowhere too, so that it is read and complained about. */
const exists = async (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the file may not be read by this user',
  ELOOP: 'the file is a link that leads to itself',
  ENOTDIR: 'a part of the path is not a directory',
};

/** Pipes and devices are refused before they are opened: reading them may never end. */
const readPlainFile = async (file: string): Promise<Uint8Array> => {
  try {
    const facts = await stat(file);
    if (facts.isDirectory()) throw new HostsError([`${file}:0: this is a directory, not a file`]);
    if (!facts.isFile()) throw new HostsError([`${file}:0: this is not a plain file`]);
    if (facts.size > LARGEST_FILE_BYTES) throw new HostsError([`${file}:0: the file is larger than 16 MiB`]);
    return await readFile(file);
  } catch (error) {
    if (error instanceof HostsError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new HostsError([`${file}:0: ${reasons[code] ?? message}`]);
  }
};
