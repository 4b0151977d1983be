/** What a socket promises, in the engines of today and of the last decade. */
import { checkEngines } from './checks.ts';
import { today } from './runs.ts';

checkEngines(today);
