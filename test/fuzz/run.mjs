/** `npm run fuzz`: every plan of the fuzz, and their table; 1 where one is red. */
import { checkNumbers, readOptions } from '../support/options.mjs';
import { runPlans } from '../support/run-plans.mjs';

const usage = `npm run fuzz -- [--seed N] [--count 200000] [--only NAME,NAME]
  broken requests, records and frames, so many in all; the same seed breaks them in the same way
  names: requests, frames, records, readers, bodies, parsers; 200,000 inputs take two minutes or so`;

const text = { type: 'string' };
const check = (values) => {
  checkNumbers(values, ['seed', 'count']);
  if (Number(values.count ?? 1) === 0) throw new Error('--count is at least 1');
};
const values = readOptions({ seed: text, count: text, only: text }, { usage, check });
const { seed = `${Math.floor(Math.random() * 1e9)}`, count = '200000', only } = values;
Object.assign(process.env, { FUZZ_SEED: seed, FUZZ_COUNT: count, ...(only ? { FUZZ_ONLY: only } : {}) });
process.stdout.write(`seed ${seed}, ${count} inputs${only ? `, only ${only}` : ''}\n`);

await runPlans('test/fuzz/fuzz.test.ts', (module) => module.errors());
