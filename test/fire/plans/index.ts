/** All plans of the fire, in the order in which they are run. */
import type { Plan } from '../plan.ts';
import { control } from './control.ts';
import { browserCuts } from './f1-browsers.ts';
import { cuts } from './f1-cuts.ts';
import { targetCuts } from './f1-target-cuts.ts';
import { repeats } from './f2-repeats.ts';
import { lostAnswers } from './f3-lost-answers.ts';
import { everyByte } from './f4-every-byte.ts';
import { nthCall } from './f5-nth-call.ts';
import { stalled } from './f6-stalled.ts';
import { hiddenCuts, proxies } from './f9-proxies.ts';
import { resets } from './f10-resets.ts';
import { names } from './f16-names.ts';
import { clocks } from './f17-clocks.ts';

export const plans: readonly Plan[] = [
  cuts,
  browserCuts,
  targetCuts,
  repeats,
  lostAnswers,
  everyByte,
  nthCall,
  stalled,
  proxies,
  hiddenCuts,
  resets,
  names,
  clocks,
  control,
];
