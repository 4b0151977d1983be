/** `npm run fire`: the plans of the fire one after the other, and their table; 1 where one is red. */
import { checkNumbers, readOptions } from '../support/options.mjs';
import { runPlans } from '../support/run-plans.mjs';

const usage = `npm run fire -- [--seed N] [--only F1,F3] [--size small|full]
  every plan, or those that are named; the same seed draws the same faults
  plans: F1 to F6, F9 to F11, F16, F17 and control; small takes two minutes and leaves engines and proxies out here and
  there, full takes half an hour
npm run fire -- --script '{"row":..}' | --script FILE
  one case again, by the script that stands below the table of a run that was red`;

const text = { type: 'string' };
const check = (values) => {
  checkNumbers(values, ['seed']);
  if (!['small', 'full', undefined].includes(values.size)) throw new Error('--size is small or full');
};
const options = { seed: text, only: text, size: text, script: text };
const values = readOptions(options, { usage, check });
const { seed = `${Math.floor(Math.random() * 1e9)}`, only, size = 'full', script } = values;
Object.assign(process.env, {
  FIRE_SEED: seed,
  FIRE_SIZE: size,
  ...(only ? { FIRE_ONLY: only } : {}),
  ...(script ? { FIRE_SCRIPT: script } : {}),
});
process.stdout.write(script ? 'one script\n' : `seed ${seed}, size ${size}${only ? `, only ${only}` : ''}\n`);

await runPlans('test/fire/fire.test.ts', (module) => [
  ...module.errors(),
  ...[...module.children.allTests('failed')].flatMap((test) => test.result().errors),
]);
