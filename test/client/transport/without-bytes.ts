/** Takes from this engine what old ones lack; imported before anything that looks at the engine. */
import './fake-xhr.ts';

// Node itself needs its own: only the client's look fails.
Object.assign(globalThis, { Blob: undefined, fetch: undefined, EventSource: undefined, WebSocket: undefined });
const { subarray } = Uint8Array.prototype;
// KHTML takes an empty piece for all the rest.
Uint8Array.prototype.subarray = function (from = 0, to = 0) {
  return subarray.call(this, from, from < to ? to : undefined);
};
await import('../../../client/transport/engine.ts');
Uint8Array.prototype.subarray = subarray;
