/** What `netwine check-hosts` is asked, read from its arguments; faults are told as those of `netwine serve` are. */
import { commands } from '../config/command.ts';
import type { Kind } from '../config/kind.ts';
import { readValues } from '../config/load.ts';
import { type Row, settings } from '../config/settings.ts';
import { readArguments } from '../config/sources.ts';
import { shown, UsageError } from '../config/usage-error.ts';
import { NetwineError } from '../core/errors.ts';
import type { Target } from '../core/target.ts';
import { parseTarget } from '../core/target-url.ts';
import { literal } from '../policy/address.ts';

export interface Question {
  directory: string;
  client: string | null;
  /** A string is the path of a route. */
  asked: Target | string | null;
}

const USAGE = `usage: netwine check-hosts ${commands['check-hosts'].usage}`;

const addressKind: Kind<string> = {
  placeholder: 'ADDR',
  expects: 'an IP address',
  parse: (text) => (literal(text.split('%', 1)[0] ?? '') ? text : undefined),
};

const hostsRow = settings.hostsDir;
const clientRow: Row<null> = {
  name: 'client',
  kind: addressKind,
  defaultValue: null,
  defaultText: 'none',
  written: false,
  about: 'The address of a client.',
};

/** @throws UsageError with every fault */
export const readQuestion = (args: readonly string[], defaultHosts: string): Question => {
  const { given, words, faults: found } = readArguments(args, [hostsRow, clientRow]);
  const faults = [...found];
  const values = readValues(given, faults);
  const asked = words.map((word) => readAsked(word, faults));
  if (asked.length > 1) faults.push('only one target can be asked for at a time');
  if (faults.length > 0) throw new UsageError(faults, USAGE);
  return {
    directory: (values.get(hostsRow) as string | undefined) ?? defaultHosts,
    client: (values.get(clientRow) as string | undefined) ?? null,
    asked: asked[0] ?? null,
  };
};

/** A target never begins with a slash, and a path always does. */
const readAsked = (word: string, faults: string[]): Target | string | null => {
  if (word.startsWith('/')) return word;
  try {
    return parseTarget(word);
  } catch (error) {
    if (!(error instanceof NetwineError)) throw error;
    faults.push(`"${shown(word)}" is given: ${error.text}`);
    return null;
  }
};
