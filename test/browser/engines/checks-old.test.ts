/** What a socket promises, in the engines of 2016 and before, and in the small ones. */
import { checkEngines } from './checks.ts';

checkEngines([
  { id: 'qtwebkit' },
  { id: 'wkhtml' },
  { id: 'phantom2' },
  { id: 'phantom1' },
  { id: 'khtml' },
  { id: 'wine', leaves: false },
]);
