/** Reads the options of a script that is run by hand: what is wrong, or what there is, in a few lines and no stack. */
import { parseArgs } from 'node:util';

/**
 * Ends the process where help is asked for, or where an option is not one.
 * @param options  by name, each with its `type` as of `parseArgs`
 * @param check  throws where a value is none
 * @returns the values by name
 */
export const readOptions = (options, { usage, check }) => {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    check(values);
    return values;
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
};

/** @throws where one of these is given and has other characters than up to nine digits */
export const checkNumbers = (values, names) => {
  for (const name of names) {
    if (!/^\d{1,9}$/.test(values[name] ?? '0')) throw new Error(`--${name} takes up to nine digits`);
  }
};
