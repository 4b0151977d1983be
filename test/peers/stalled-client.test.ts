/** Half a GiB from a fast target against a client that stops reading: the source is held back, not the bytes kept. */
import { createHash, type Hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startBridge } from './bridge.ts';
import { downClients, type Pulled } from './down-clients.ts';
import { FLOOD_BYTES, type Source, startSource } from './flood.ts';
import { connectionBytes, residentBytes, restOf } from './memory.ts';
import { sha256Of } from './pattern.ts';

const MIB = 1024 * 1024;
const WINDOW_BYTES = 256 * 1024;
const MOST_GROWTH_BYTES = 16 * MIB;

let source: Source;
let bridge: Running;

// Each begins with a fresh bridge: one that has carried much has memory to spare, in which bytes could hide.
beforeEach(async () => {
  source = await startSource();
  bridge = await startBridge({ targets: [`allow 127.0.0.1 ${source.port}`] });
});

afterEach(async () => {
  await bridge.stop();
  await source.stop();
});

/** Pulls until at least so many bytes have come. @returns how many */
const pullBytes = async (pulled: Pulled, bytes: number, hash?: Hash): Promise<number> => {
  let came = 0;
  while (came < bytes) {
    const piece = await pulled.next();
    hash?.update(piece);
    came += piece.length;
  }
  return came;
};

describe.each(downClients)('$name that stops reading', ({ open }) => {
  it('stalls the source, costs less than 16 MiB, and goes on without a gap', async () => {
    const target = `127.0.0.1:${source.port}`;
    const { pid } = bridge.program;
    const before = residentBytes(pid);

    const pulled = await open(bridge.url, target);
    const hash = createHash('sha256');
    const early = await pullBytes(pulled, 1, hash);
    const { count: sent, peakBytes } = await restOf(source.sent, pid);
    expect(sent).toBeLessThan(WINDOW_BYTES + 2 * connectionBytes());
    expect(sent).toBeLessThan(FLOOD_BYTES / 2);
    expect(peakBytes - before).toBeLessThan(MOST_GROWTH_BYTES);

    const came = early + (await pullBytes(pulled, sent - early + 8 * MIB, hash));
    expect(hash.digest('hex')).toBe(sha256Of(came));
    await pulled.close();
  }, 30_000);
});
