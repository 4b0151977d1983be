/** The harness reaches the engines of 2016 and before, and the small ones. */
import { smoke } from './smoke.ts';

smoke(['qtwebkit', 'wkhtml', 'phantom2', 'phantom1', 'khtml', 'wine', 'netsurf', 'edbrowse']);
