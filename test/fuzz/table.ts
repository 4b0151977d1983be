/** The table of the fuzz, as text: one row for each plan, and below it the inputs that failed. */
import { isGreen, type Row } from './try-all.ts';

const HEAD = ['plan', 'what was tried', 'inputs', 'failed', 'exits', 'traces', 'sessions', 'sockets', 'seconds', ''];
const MOST_CHARACTERS = 4000;
const LEGEND = [
  'failed: inputs that got no definite answer, or a wrong one. exits: ends of the bridge. traces: stacks in its log.',
  'sessions, sockets: what was left of either. green: all are 0.',
];

const cells = (row: Row): string[] => {
  const counts = [row.inputs, row.failed, row.exits, row.traces.length, row.sessions, row.descriptors];
  const figures = [...counts.map((count) => count.toLocaleString('en-US')), row.seconds.toFixed(1)];
  return [row.name, row.about, ...figures, isGreen(row) ? 'green' : 'RED'];
};

/** As JSON that no terminal hides a character of. */
const plain = (input: readonly string[]): string =>
  JSON.stringify(input)
    .replaceAll(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, MOST_CHARACTERS);

const below = ({ name, failing, traces }: Row): string[] => [
  ...failing.flatMap(({ index, fault, input }) => [`${name}, input ${index}: ${fault}`, `  ${plain(input)}`]),
  ...traces.slice(0, 5).map((line) => `${name}, log: ${line.slice(0, MOST_CHARACTERS)}`),
];

/** @param seed  as in the command that repeats it */
export const formatTable = (
  rows: readonly Row[],
  { seed, count, isInterrupted = false }: { seed: number; count: number; isInterrupted?: boolean },
): string => {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column >= 2 && column <= 8 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const text = lines.map((line) => line.map(pad).join('  ').trimEnd());
  const again = `seed ${seed}, ${count.toLocaleString('en-US')} inputs; again: npm run fuzz -- --seed ${seed} --count ${count}`;
  const note = isInterrupted ? ['interrupted: only what was done until then is here'] : [];
  return [again, ...note, '', ...text, ...rows.flatMap(below), '', ...LEGEND, ''].join('\n');
};
