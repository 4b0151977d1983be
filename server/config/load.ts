/** Puts the settings together: flags before environment before config file before default. */
import { resolve, sep } from 'node:path';
import { type Row, type Settings, settings } from './settings.ts';
import { type Given, readEnvironment, readFileText, readFlags, type Source } from './sources.ts';
import { shown, UsageError } from './usage-error.ts';

export interface LoadOptions {
  /** The arguments after the command. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** The text of a file; throws what node:fs throws. Called for the config file alone. */
  readFile: (path: string) => string;
  /** Which flags there are: `demo` has those of `serve` and more. */
  command?: 'serve' | 'demo';
}

const nothing: Source = { given: [], faults: [] };

const fileFaults: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'this user may not read it'],
  ['EISDIR', 'it is a directory'],
]);

const whyUnreadable = (error: unknown): string => {
  if (!(error instanceof Error)) return shown(String(error));
  const code = 'code' in error ? String(error.code) : '';
  return fileFaults.get(code) ?? shown(error.message);
};

const readConfig = (sources: readonly Source[], readFile: (path: string) => string): Source => {
  const config = sources.flatMap(({ given }) => given).find(({ row }) => row === settings.configFile);
  // A path that is not one is told as a bad value, with all the others.
  if (config === undefined || settings.configFile.kind.parse(config.text) === undefined) return nothing;
  let content: string;
  try {
    content = readFile(config.text);
  } catch (error) {
    return { given: [], faults: [`${config.where}: cannot read ${shown(config.text)}: ${whyUnreadable(error)}`] };
  }
  return readFileText(content, config.text);
};

/** Values of all sources, the strongest last; a bad value is a fault even where a stronger one replaces it. */
export const readValues = (given: readonly Given[], faults: string[]): Map<Row<unknown>, unknown> => {
  const values = new Map<Row<unknown>, unknown>();
  for (const { row, text, where } of given) {
    const value = row.kind.parse(text);
    if (value === undefined) faults.push(`${where}: "${shown(text)}" is given, expected ${row.kind.expects}`);
    else values.set(row, value);
  }
  return values;
};

/** Relative paths are those of the directory that the program was started in. */
const isInside = (inner: string, outer: string): boolean =>
  `${resolve(inner)}${sep}`.startsWith(`${resolve(outer)}${sep}`.replace(/[\\/]+$/, sep));

/** The values given, and the default of every row that has none. */
const settle = (values: ReadonlyMap<Row<unknown>, unknown>): Settings => {
  const entries = Object.entries(settings).map(([property, row]) => [
    property,
    values.has(row) ? values.get(row) : row.defaultValue,
  ]);
  return Object.freeze(Object.fromEntries(entries));
};

/** What is wrong only in combination. */
const crossFaults = ({ listen, chat, hostsDir, staticDir }: Settings, command: 'serve' | 'demo'): string[] => {
  const faults: string[] = [];
  if (command === 'demo' && listen.port !== 0 && listen.port === chat.port && listen.host === chat.host) {
    faults.push('--listen and --chat are the same address: give one of them another port');
  }
  if (hostsDir !== null && staticDir !== null && isInside(hostsDir, staticDir)) {
    faults.push('--hosts lies inside --static, which would publish the hosts files: move one of them');
  }
  return faults;
};

/**
 * The settings of this start, checked and frozen. Relative paths are left as given.
 * @throws UsageError with every fault of every source.
 */
export const loadSettings = ({ args, env, readFile, command = 'serve' }: LoadOptions): Settings => {
  const flags = readFlags(args, command);
  const environment = readEnvironment(env);
  const file = readConfig([flags, environment], readFile);
  const sources = [file, environment, flags];
  const faults = sources.flatMap((source) => source.faults);
  const values = readValues(
    sources.flatMap((source) => source.given),
    faults,
  );
  const loaded = settle(values);
  if (faults.length === 0) faults.push(...crossFaults(loaded, command));
  if (faults.length > 0) throw new UsageError(faults);
  return loaded;
};

/** What holds where nobody sets anything. */
export const defaultSettings: Settings = settle(new Map());
