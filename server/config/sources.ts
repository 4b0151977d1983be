/** Reads flags, environment and config file into values of known rows, and notes every fault on the way. */
import { nearest } from './nearest.ts';
import { environmentName, foreignEnvironment, type Row, rows } from './settings.ts';
import { shown } from './usage-error.ts';

/** A text that somebody gave for a row. */
export interface Given {
  readonly row: Row<unknown>;
  readonly text: string;
  /** Where it was given, as a message begins: `--ping`, `NETWINE_PING`, `FILE:3: ping`. */
  readonly where: string;
}

/** What a source holds; with faults the rest of it is still read, so that all can be told at once. */
export interface Source {
  readonly given: readonly Given[];
  readonly faults: readonly string[];
}

const byName = new Map(rows.map((row) => [row.name, row]));
const byEnvironment = new Map(rows.map((row) => [environmentName(row), row]));

const inFile = rows.filter((row) => row.notInFile !== true);

const earlier = (given: readonly Given[], row: Row<unknown>): Given | undefined =>
  given.find((entry) => entry.row === row);

/** The value after a flag, where it does not stand in it: the next argument, but for a bare true-or-false flag. */
const following = (row: Row<unknown>, next: string | undefined): string | undefined => {
  if (row.kind.placeholder !== null) return next?.startsWith('--') ? undefined : next;
  return next === 'true' || next === 'false' ? next : undefined;
};

/** Arguments as they were read: flags, and the words between them where the command takes words. */
export interface Arguments extends Source {
  readonly words: readonly string[];
}

/**
 * Reads arguments as flags; all that stand behind `--` are words. `parseArgs` of Node is not used: it stops at the
 * first fault, and takes `-port` for five flags.
 * @param flags those that the command has.
 * @param takesWords false where an argument that is no flag is a fault.
 */
export const readArguments = (
  args: readonly string[],
  flags: readonly Row<unknown>[],
  takesWords = true,
): Arguments => {
  const given: Given[] = [];
  const faults: string[] = [];
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (takesWords && argument === '--') {
      words.push(...args.slice(index + 1));
      break;
    }
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) {
      if (takesWords && !argument.startsWith('-')) words.push(argument);
      else faults.push(`"${shown(argument)}" is not a flag: flags are written --name VALUE`);
      continue;
    }
    const row = flags.find((each) => each.name === name) ?? byName.get(name);
    const value = inline ?? (row ? following(row, args[index + 1]) : undefined);
    if (inline === undefined && value !== undefined) index++;
    const where = `--${shown(name)}`;
    if (row === undefined) {
      const known = flags.map((each) => each.name);
      faults.push(`${where} is not a known flag: the nearest one is --${nearest(name, known)}`);
      // What follows was most likely meant as its value: one mistake, one line.
      if (inline === undefined && args[index + 1]?.startsWith('-') === false) index++;
    } else if (!flags.includes(row)) {
      faults.push(`${where} belongs to netwine ${row.only ? `${row.only} alone` : 'serve and demo'}`);
    } else if (earlier(given, row)) faults.push(`${where} is given twice: keep one`);
    else if (value === undefined && row.kind.placeholder !== null) {
      faults.push(`${where} needs a value: expected ${row.kind.expects}`);
    } else given.push({ row, text: value ?? 'true', where });
  }
  return { given, faults, words };
};

/**
 * The flags of a command that serves.
 * @param command refuses flags that belong to another command.
 */
export const readFlags = (args: readonly string[], command: 'serve' | 'demo'): Source =>
  readArguments(
    args,
    rows.filter((row) => row.only === undefined || row.only === command),
    false,
  );

/** All variables that begin with NETWINE_, but for the known foreign ones. */
export const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Source => {
  const given: Given[] = [];
  const faults: string[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith('NETWINE_') || foreignEnvironment.has(name)) continue;
    const row = byEnvironment.get(name);
    if (row) given.push({ row, text, where: name });
    else {
      const known = nearest(name, [...byEnvironment.keys()]);
      faults.push(`${shown(name)} is not a known environment variable: the nearest one is ${known}`);
    }
  }
  return { given, faults };
};

/**
 * Lines of `name = value`. Lines rather than JSON: a fault has a line number, a line can be a comment,
 * and a value is written exactly as after its flag. A `#` after a value belongs to it (paths may have one).
 * @param file how messages call it.
 */
export const readFileText = (content: string, file: string): Source => {
  const given: Given[] = [];
  const faults: string[] = [];
  for (const [index, line] of content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const at = `${shown(file)}:${index + 1}`;
    const equals = text.indexOf('=');
    const name = text.slice(0, equals).trim();
    const row = byName.get(name);
    if (equals < 1) faults.push(`${at}: "${shown(text)}" is not of the form name = value`);
    else if (row === undefined) {
      const known = inFile.map((each) => each.name);
      faults.push(`${at}: ${shown(name)} is not a known name: the nearest one is ${nearest(name, known)}`);
    } else if (!inFile.includes(row)) faults.push(`${at}: ${name} cannot be set in a config file`);
    else if (earlier(given, row)) faults.push(`${at}: ${name} is given twice: keep one`);
    else given.push({ row, text: text.slice(equals + 1).trim(), where: `${at}: ${name}` });
  }
  return { given, faults };
};
