/** The commands of the command line, and which of them its arguments ask for. */
import { nearest } from './nearest.ts';
import { shown, UsageError } from './usage-error.ts';

export interface CommandInfo {
  /** What stands after the name in a usage line. */
  readonly usage: string;
  /** What it does, in a sentence or two. */
  readonly about: string;
  /** True where it takes the settings as flags. */
  readonly serves: boolean;
}

const info = (usage: string, about: string, serves = false): CommandInfo => ({ usage, about, serves });

export const commands = {
  serve: info('[FLAGS]', 'Starts the bridge. This is what netwine does where no command is named.', true),
  demo: info('[FLAGS]', 'Starts the bridge together with a small chat server that it may reach.', true),
  'check-hosts': info(
    '[--hosts DIR] [--client ADDR] [TARGET | /ROUTE]',
    'Prints the line of the hosts files that decides. Exit status: 0 allowed, 1 denied, 2 a faulty file or command.',
  ),
  help: info('[COMMAND]', 'Tells about netwine, or about one command.'),
  version: info('', 'Prints the version.'),
} as const satisfies Record<string, CommandInfo>;

export type Command = keyof typeof commands;

export interface ParsedCommand {
  readonly command: Command;
  /** The arguments that are the command's own; for help: the command that is asked about, if any. */
  readonly rest: string[];
}

export const isCommand = (name: string): name is Command => Object.hasOwn(commands, name);

const checked = (name: string): Command => {
  if (isCommand(name)) return name;
  const known = Object.keys(commands);
  const fault = `"${shown(name)}" is not a command of netwine: there are ${known.join(', ')}; the nearest one is ${nearest(name, known)}`;
  throw new UsageError([fault]);
};

const helpAbout = (topics: readonly string[]): ParsedCommand => {
  if (topics.length > 1) throw new UsageError(['netwine help takes one command']);
  return { command: 'help', rest: topics.map(checked) };
};

/**
 * Splits the arguments of the program (without node and script) into command and rest.
 * `--help` and `--version` win wherever they stand before a `--`.
 * @throws UsageError for an unknown command.
 */
export const parseCommand = (args: readonly string[]): ParsedCommand => {
  const [first] = args;
  const named = first !== undefined && !first.startsWith('-');
  const command = named ? checked(first) : 'serve';
  const rest = named ? args.slice(1) : [...args];
  const end = rest.indexOf('--');
  const flags = end < 0 ? rest : rest.slice(0, end);
  if (flags.includes('--help') || flags.includes('-h')) {
    return helpAbout(named && command !== 'help' ? [command] : []);
  }
  if (command === 'help') return helpAbout(rest);
  if (flags.includes('--version')) return { command: 'version', rest: [] };
  if (command === 'version' && rest.length > 0) throw new UsageError(['netwine version takes no arguments']);
  return { command, rest };
};
