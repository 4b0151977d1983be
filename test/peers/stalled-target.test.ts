/** Half a GiB up against a target that stops reading: the client is held back, not the bytes kept. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startBridge } from './bridge.ts';
import { FLOOD_BYTES, type Sink, startSink } from './flood.ts';
import { connectionBytes, residentBytes, restOf } from './memory.ts';
import { sha256Of } from './pattern.ts';
import { upClients } from './up-clients.ts';

const MIB = 1024 * 1024;
const UP_WINDOW_BYTES = 64 * 1024;
const MOST_GROWTH_BYTES = 16 * MIB;

let sink: Sink;
let bridge: Running;

// Each begins with a fresh bridge: one that has carried much has memory to spare, in which bytes could hide.
beforeEach(async () => {
  sink = await startSink();
  bridge = await startBridge({ targets: [`allow 127.0.0.1 ${sink.port}`] });
});

afterEach(async () => {
  await bridge.stop();
  await sink.stop();
});

describe.each(upClients)('a target that does not read what comes from $name', ({ open }) => {
  it('stalls the client, costs less than 16 MiB, and goes on without a gap', async () => {
    const { pid } = bridge.program;
    const before = residentBytes(pid);
    const push = await open(bridge.url, `127.0.0.1:${sink.port}`);
    let goal = FLOOD_BYTES;
    const pushing = (async () => {
      // In steps, so that the goal can be set nearer while it runs.
      while (push.sent < goal) await push.until(Math.min(push.sent + 4 * MIB, goal));
    })();
    // Told where it is awaited, or by the test that fails before.
    pushing.catch(() => {});
    const { count: sent, peakBytes } = await restOf(() => push.sent, pid);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(UP_WINDOW_BYTES + 2 * connectionBytes());
    expect(sent).toBeLessThan(FLOOD_BYTES / 2);
    expect(peakBytes - before).toBeLessThan(MOST_GROWTH_BYTES);

    goal = sent + 8 * MIB;
    sink.resume();
    await pushing;
    await push.end();
    expect(await sink.ended()).toBe(sha256Of(push.sent));
    expect(sink.taken()).toBe(push.sent);
    await push.close();
  }, 30_000);
});
