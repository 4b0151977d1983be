/** What a socket promises, by each way alone, in the engines that have it. */
import { checkEngines } from './checks.ts';
import { byWay } from './runs.ts';

checkEngines(byWay);
