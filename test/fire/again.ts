/** How a case is done again: the command of a script, and the plan that knows a script by its row. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mistake } from '../support/mistake.ts';
import type { Plan, Replay } from './plan.ts';

/** Longer ones are put into a file: no terminal shows them as one. */
const MOST_CHARACTERS = 1500;

/** What stands first in a row of the table. */
export const rowName = ({ id }: Pick<Plan, 'id'>, name: string): string => `${id} ${name}`.trim();

/** The command that does once more what made a row red. */
export const commandOf = (row: string, script: object): string => {
  const text = JSON.stringify({ row, ...script }).replaceAll("'", '\\u0027');
  if (text.length <= MOST_CHARACTERS) return `npm run fire -- --script '${text}'`;
  const path = join(tmpdir(), `netwine-fire-${row.replaceAll(/\W/g, '-')}-${process.pid}.json`);
  writeFileSync(path, text);
  return `npm run fire -- --script ${path}`;
};

const read = (given: string): { row?: unknown } => {
  try {
    return JSON.parse(existsSync(given) ? readFileSync(given, 'utf8') : given);
  } catch (error) {
    throw new Mistake(`a script is JSON, or a file that has it, and this is neither: ${(error as Error).message}`);
  }
};

/** A plan of one script. @param given  JSON, or the file that has it @throws Mistake where no plan knows it */
export const planOf = (given: string, plans: readonly Plan[]): Plan => {
  const script = read(given);
  const known = plans.flatMap((plan) =>
    Object.entries(plan.replays ?? {}).map(([name, replay]): [string, Plan, Replay] => [
      rowName(plan, name),
      plan,
      replay,
    ]),
  );
  for (const [row, plan, replay] of known) {
    if (row === script.row) return { ...plan, run: (arena) => replay(script, arena) };
  }
  throw new Mistake(`the row of a script is one of these:\n  ${known.map(([row]) => row).join('\n  ')}`);
};
