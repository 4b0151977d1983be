/** All plans of the fuzz, in the order of its table. */
import type { Plan } from '../plan.ts';
import { bodies } from './bodies.ts';
import { parsers } from './parsers.ts';
import { readers } from './readers.ts';
import { requests } from './requests.ts';
import { frames, records } from './sockets.ts';

export const plans: readonly Plan[] = [requests, frames, records, readers, bodies, parsers];
