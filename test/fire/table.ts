/** The table of the fire, as text: one row for each part of a plan, what it means, and how each red row is had again. */
import { commandOf, rowName } from './again.ts';
import { isWhole } from './compare.ts';
import { isGreen, type Plan, type Row } from './plan.ts';

/** A row with its plan, and how long it took. */
export interface Entry {
  plan: Pick<Plan, 'id' | 'isControl'>;
  row: Row;
  seconds: number;
}

/** Which run it is the table of. */
export interface Heading {
  seed: number;
  size: string;
  /** The plans that were chosen. */
  only?: readonly string[];
  /** One script was done again; it says more than a seed. */
  isScript?: boolean;
  isInterrupted?: boolean;
}

/** A control whose bytes held, whatever else went wrong, would mean that the fire finds nothing. */
export const isRight = ({ plan, row }: Entry): boolean => (plan.isControl ? !isWhole(row) : isGreen(row));

const verdictOf = (entry: Entry): string => {
  if (entry.plan.isControl) return isRight(entry) ? 'red, as it must be' : 'NO BYTE LOST: the fire finds nothing';
  return isRight(entry) ? 'green' : 'RED';
};

const HEAD = ['plan', 'what was done', 'lost', 'doubled', 'moved', 'leaks', 'exits', 'seconds', 'verdict'];

const MEANING = [
  'Bytes went both ways between clients and targets, through a bridge and what is done to it; all were compared.',
  'lost, doubled, moved: bytes that did not arrive, came again, or came behind later ones. leaks: sessions, sockets and',
  'descriptors that were left. exits: processes that ended unasked. green: all are 0, and nothing else was wrong.',
];
const MEANING_OF_CONTROL = [
  'control: the same done to a bridge without offsets. It must lose, double or move bytes: else the fire finds nothing.',
];

const cells = (entry: Entry): string[] => {
  const { plan, row, seconds } = entry;
  const counts = [row.lost, row.doubled, row.moved, row.leaks, row.exits].map((count) => count.toLocaleString('en-US'));
  return [rowName(plan, row.name), row.did, ...counts, seconds.toFixed(1), verdictOf(entry)];
};

/** One row alone, while the others run. */
export const formatLine = (entry: Entry): string => {
  const [name, did, ...rest] = cells(entry);
  return `${name}: ${did}: ${rest.at(-1)} after ${rest.at(-2)} s`;
};

const isNumber = (column: number): boolean => column >= 2 && column <= 7;

const commandOfRun = ({ seed, size }: Heading, only: readonly string[]): string =>
  `npm run fire -- --seed ${seed} --size ${size}${only.length > 0 ? ` --only ${only.join(',')}` : ''}`;

const below = (entry: Entry, heading: Heading): string[] => {
  const { plan, row } = entry;
  const name = rowName(plan, row.name);
  const script = row.script && !heading.isScript ? [`  shortest script found: ${commandOf(name, row.script)}`] : [];
  // Of a control the script shows that failures can be made short; what else went wrong there is of no use.
  if (plan.isControl) return script.length > 0 ? ['', `${name}:`, ...script] : [];
  if (isGreen(row)) return [];
  const again = heading.isScript ? [] : [`  the whole plan again: ${commandOfRun(heading, [plan.id])}`];
  return ['', `${name}:`, ...row.faults.map((fault) => `  ${fault.trimEnd()}`), ...script, ...again];
};

const headOf = (heading: Heading): string[] => [
  ...(heading.isInterrupted ? ['interrupted: rows that were not done until then are missing'] : []),
  heading.isScript
    ? 'one script, done again'
    : `seed ${heading.seed}, size ${heading.size}; again: ${commandOfRun(heading, heading.only ?? [])}`,
];

/** @param heading  with the seed as in the command that repeats it */
export const formatTable = (entries: readonly Entry[], heading: Heading): string => {
  const lines = [HEAD, ...entries.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: string[]): string =>
    line
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    ...headOf(heading),
    '',
    ...lines.map(format),
    '',
    ...MEANING,
    ...(entries.some(({ plan }) => plan.isControl) ? MEANING_OF_CONTROL : []),
    ...entries.flatMap((entry) => below(entry, heading)),
    '',
  ].join('\n');
};
