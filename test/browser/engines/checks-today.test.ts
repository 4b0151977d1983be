/** What a socket promises, in the engines of today and of the last decade. */
import { checkEngines } from './checks.ts';

checkEngines([{ id: 'chromium' }, { id: 'firefox' }, { id: 'webkitgtk' }, { id: 'chrome92' }, { id: 'chrome64' }]);
