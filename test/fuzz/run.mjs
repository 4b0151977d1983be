/** `npm run fuzz`: every plan of the fuzz, and their table; 1 where one is red. */
import { parseArgs } from 'node:util';
import { runPlans } from '../support/run-plans.mjs';

const usage = 'npm run fuzz -- [--seed N] [--count N] [--only NAME,NAME]';

const read = () => {
  try {
    const { values } = parseArgs({
      options: { seed: { type: 'string' }, count: { type: 'string' }, only: { type: 'string' } },
    });
    for (const name of ['seed', 'count']) {
      if (!/^\d{1,9}$/.test(values[name] ?? '1')) throw new Error(`--${name} takes up to nine digits`);
    }
    return values;
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
};

const { seed = `${Math.floor(Math.random() * 1e9)}`, count = '200000', only } = read();
Object.assign(process.env, { FUZZ_SEED: seed, FUZZ_COUNT: count, ...(only ? { FUZZ_ONLY: only } : {}) });
process.stdout.write(`seed ${seed}, ${count} inputs${only ? `, only ${only}` : ''}\n`);

await runPlans('test/fuzz/fuzz.test.ts', (module) => module.errors());
