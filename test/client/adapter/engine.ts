/** Makes Node an engine with everything that pages have; to be imported before anything that looks at its engine. */
import '../transport/fake-xhr.ts';
import { WebSocket } from 'undici';

Object.assign(globalThis, { WebSocket });
