/** What a socket promises, in engines that have almost nothing. */
import { checkEngines } from './checks.ts';
import { small } from './runs.ts';

checkEngines(small);
