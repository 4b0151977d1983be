/** The table of the fire, as text: one row for each part of a plan, the scripts of red rows below it. */
import { isGreen, type Plan, type Row } from './plan.ts';

/** A row with its plan, and how long it took. */
export interface Entry {
  plan: Pick<Plan, 'id' | 'isControl'>;
  row: Row;
  seconds: number;
}

/** A control that held would mean that the fire finds nothing. */
export const isRight = ({ plan, row }: Entry): boolean => isGreen(row) !== (plan.isControl === true);

const verdictOf = (entry: Entry): string => {
  if (entry.plan.isControl) return isRight(entry) ? 'red, as it must be' : 'GREEN: the fire finds nothing';
  return isRight(entry) ? 'green' : 'RED';
};

const HEAD = ['plan', 'what was done', 'lost', 'doubled', 'moved', 'leaks', 'exits', 'seconds', 'verdict'];

const cells = (entry: Entry): string[] => {
  const { plan, row, seconds } = entry;
  const counts = [row.lost, row.doubled, row.moved, row.leaks, row.exits].map((count) => count.toLocaleString('en-US'));
  return [`${plan.id} ${row.name}`.trim(), row.did, ...counts, seconds.toFixed(1), verdictOf(entry)];
};

/** One row alone, while the others run. */
export const formatLine = (entry: Entry): string => {
  const [name, did, ...rest] = cells(entry);
  return `${name}: ${did}: ${rest.at(-1)} after ${rest.at(-2)} s`;
};

const isNumber = (column: number): boolean => column >= 2 && column <= 7;

const below = (entry: Entry): string[] => {
  const { plan, row } = entry;
  // Of a control the script shows that failures can be made short; what else went wrong there is of no use.
  const faults = plan.isControl ? [] : row.faults.map((fault) => `  ${fault}`);
  const script = row.script === undefined ? [] : [`  shortest script found: ${row.script}`];
  const lines = [...faults, ...script];
  return lines.length === 0 ? [] : ['', `${`${plan.id} ${row.name}`.trim()}:`, ...lines];
};

/** @param seed as in the command that repeats it */
export const formatTable = (
  entries: readonly Entry[],
  { seed, size, isInterrupted = false }: { seed: number; size: string; isInterrupted?: boolean },
): string => {
  const lines = [HEAD, ...entries.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: string[]): string =>
    line
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    ...(isInterrupted ? ['interrupted: rows that were not done until then are missing'] : []),
    `seed ${seed}, size ${size}; again: npm run fire -- --seed ${seed} --size ${size}`,
    'lost, doubled and moved are bytes, both directions compared with what was sent',
    '',
    ...lines.map(format),
    ...entries.flatMap(below),
    '',
  ].join('\n');
};
