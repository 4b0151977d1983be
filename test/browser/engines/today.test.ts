/** The harness reaches the engines of today, and the Chromes of some years ago. */
import { smoke } from './smoke.ts';

smoke(['chromium', 'firefox', 'webkitgtk', 'chrome92', 'chrome64']);
