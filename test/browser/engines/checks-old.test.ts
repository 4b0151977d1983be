/** What a socket promises, in the engines of 2016 and before. */
import { checkEngines } from './checks.ts';
import { old } from './runs.ts';

checkEngines(old);
