/** Writes the settings table down for people: the text of `--help` and the README's section. */
import { type Command, commands, isCommand } from './command.ts';
import { environmentName, type Row, rows } from './settings.ts';

const WIDTH = 80;

/** Breaks a text into lines of at most 80 characters, indent included, between words. */
const wrap = (text: string, indent: string): string[] => {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length > indent.length && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
};

const flag = ({ name, kind }: Row<unknown>): string =>
  kind.placeholder === null ? `--${name}` : `--${name} ${kind.placeholder}`;

const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** What a row does and what it takes; of a path its placeholder says enough. */
const meaning = ({ about, kind }: Row<unknown>): string =>
  kind.placeholder === 'FILE' || kind.placeholder === 'DIR' ? about : `${about} ${capitalized(kind.expects)}.`;

const settingLines = (row: Row<unknown>): string[] => [
  `  ${flag(row)}`,
  ...wrap(`${meaning(row)} Default: ${row.defaultText}.`, '      '),
];

const commandLines = (name: Command): string[] => {
  const { usage, about } = commands[name];
  return [`  netwine ${name} ${usage}`.trimEnd(), ...wrap(about, '      ')];
};

const sourcesText =
  'A flag is stronger than an environment variable, that than the config file, that than the default. ' +
  'The environment variable of --up-window is NETWINE_UP_WINDOW; its line in the config file is up-window = VALUE. ' +
  'Decimals are allowed in seconds; bytes take the suffixes k, m and g (powers of 1024). ' +
  'Relative paths start at the working directory.';

const settingsText = (command: 'serve' | 'demo' | null): string[] => {
  const taken = rows.filter(({ only }) => command === null || only === undefined || only === command);
  return ['Settings:', ...taken.flatMap(settingLines), '', ...wrap(sourcesText, '')];
};

/**
 * The help of the program, or of one command; lines of at most 80 characters, without a line end at its end.
 * @param topic a command; anything else gives the whole help.
 */
export const helpText = (topic = ''): string => {
  const lines: string[] = [];
  if (isCommand(topic)) {
    lines.push('Usage:', ...commandLines(topic));
    if (topic === 'serve' || topic === 'demo') lines.push('', ...settingsText(topic));
    return lines.join('\n');
  }
  const names = Object.keys(commands).filter(isCommand);
  lines.push(...wrap('netwine: a bridge from browsers and plain HTTP to TCP servers.', ''), '');
  lines.push('Usage:', ...names.flatMap(commandLines), '', ...settingsText(null));
  return lines.join('\n');
};

const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const code = (text: string): string => `\`${text}\``;

const readmeCells = (row: Row<unknown>): string[] => [
  code(flag(row)),
  code(environmentName(row)),
  row.notInFile ? '' : code(row.name),
  row.written ? code(row.defaultText) : row.defaultText,
  row.only ? `${meaning(row)} For \`netwine ${row.only}\` alone.` : meaning(row),
];

/** The settings as a Markdown table, a line each and no line end at its end: between the README's settings markers. */
export const readmeTable = (): string => {
  const head = ['Flag', 'Environment', 'In the config file', 'Default', 'Meaning'];
  return [head, head.map(() => '---'), ...rows.map(readmeCells)].map(markdownRow).join('\n');
};
