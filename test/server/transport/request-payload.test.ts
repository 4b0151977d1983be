/** Tests of payloads: nothing is read before it is asked for, and the socket waits for its taker. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Payload } from '../../../server/transport/request.ts';
import { readWhole, refused, singly, useStage, type Whole, wire } from './request-stage.ts';

const stage = useStage();

describe('the payload', () => {
  const big = Buffer.alloc(
    1024 * 1024,
    Uint8Array.from({ length: 251 }, (_, byte) => byte),
  );
  const bigWire = (chunkBytes?: number) =>
    wire(Buffer.concat([Buffer.from('key=a\n'), big]), chunkBytes ? { chunkBytes } : {});

  /** Asks with a request that is written at once, however large. */
  const askAtOnce = async <T>(bytes: Uint8Array): Promise<T> => {
    const { client } = await stage.now.open();
    const result = stage.now.outcome<T>();
    client.write(bytes);
    return result;
  };

  test.each([undefined, 5000])('a megabyte comes whole (chunks of %s)', async (chunkBytes) => {
    stage.now.act = readWhole;
    const { text } = await askAtOnce<Whole>(bigWire(chunkBytes));
    expect(Buffer.from(text, 'latin1').equals(big)).toBe(true);
    stage.now.act = ({ payload }) => payload.readAll(big.length);
    expect(big.equals(await askAtOnce<Uint8Array>(bigWire(chunkBytes)))).toBe(true);
  });

  test('nothing of it is read before it is asked for', async () => {
    stage.now.act = ({ payload }, raw) => {
      expect(raw.isPaused()).toBe(true);
      expect(raw.listenerCount('data')).toBe(0);
      return payload.readAll(100);
    };
    const bytes = wire('key=a\nabc', { chunkBytes: 100 });
    expect(Buffer.from(await stage.now.ask<Uint8Array>([bytes])).toString()).toBe('abc');
  });

  test('the socket waits while a chunk is being taken', async () => {
    const { client, peer } = await stage.now.open();
    const seen: number[] = [];
    stage.now.act = async ({ payload }) => {
      let first = true;
      await payload.forEach(async () => {
        if (!first) return;
        first = false;
        // Until the kernel's buffers are full and nothing moves any more.
        for (let last = -1; last !== peer.bytesRead; ) {
          last = peer.bytesRead;
          for (let turn = 0; turn < 50; turn++) await setImmediate();
        }
        seen.push(peer.bytesRead);
      });
      seen.push(peer.bytesRead);
    };
    const result = stage.now.outcome();
    client.write(wire(Buffer.alloc(16 * 1024 * 1024), { path: '/send?key=a' }));
    await result;
    expect(seen[0]).toBeLessThan(512 * 1024);
    expect(seen[1]).toBeGreaterThan(16 * 1024 * 1024);
  });

  test.each(['throws', 'rejects'])('a taker that %s stops it, and the connection goes on', async (way) => {
    let calls = 0;
    stage.now.act = async ({ payload }, raw) => {
      const take = (): Promise<void> => {
        calls += 1;
        const cause = new Error('enough');
        if (way === 'throws') throw cause;
        return Promise.reject(cause);
      };
      await expect(payload.forEach(take)).rejects.toThrow('enough');
      return { paused: raw.isPaused(), listeners: raw.listenerCount('data') };
    };
    const { client } = await stage.now.open();
    const first = stage.now.outcome();
    client.write(bigWire());
    expect(await first).toEqual({ paused: true, listeners: 0 });
    expect(calls).toBe(1);
    stage.now.act = readWhole;
    const second = stage.now.outcome();
    client.write(wire('key=b\nnext'));
    expect(await second).toMatchObject({ key: 'b', text: 'next' });
  });

  test('readAll refuses what is too long, by its declared length before it reads', async () => {
    stage.now.act = async ({ payload }: { payload: Payload }, raw) => {
      await expect(payload.readAll(3)).rejects.toMatchObject({ code: 'TOO_LARGE' });
      return raw.isPaused();
    };
    expect(await stage.now.ask([wire('key=a\nabcd')])).toBe(true);
    expect(await stage.now.ask([wire('key=a\nabcd', { chunkBytes: 2 })])).toBe(true);
    stage.now.act = ({ payload }) => payload.readAll(4);
    expect(Buffer.from(await stage.now.ask<Uint8Array>([wire('key=a\nabcd', { chunkBytes: 2 })])).toString()).toBe(
      'abcd',
    );
  });

  test('empty tells whether there is one and loses nothing of it', async () => {
    stage.now.act = async ({ payload }) => [
      await payload.empty(),
      Buffer.from((await payload.readAll(9)) ?? '').toString(),
    ];
    for (const path of ['/send', '/send?key=a']) {
      const line = path === '/send' ? 'key=a\n' : '';
      for (const how of [{ path }, { path, chunkBytes: 1 }]) {
        expect(await stage.now.ask([wire(line, how)])).toEqual([true, '']);
        expect(await stage.now.ask(singly(wire(`${line}abc`, how)))).toEqual([false, 'abc']);
      }
    }
  });

  test('empty refuses a request that is cut before it could tell', async () => {
    stage.now.act = ({ payload }) => {
      stage.now.clients[0]?.end();
      return payload.empty();
    };
    const bytes = wire('x', { path: '/send?key=a', chunkBytes: 1 });
    expect(await stage.now.ask([bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4)])).toEqual(refused('BAD_REQUEST'));
  });

  test('discard frees the connection for the next request', async () => {
    stage.now.act = ({ payload }) => payload.discard();
    const { client } = await stage.now.open();
    const first = stage.now.outcome();
    client.write(bigWire());
    await first;
    stage.now.act = readWhole;
    const second = stage.now.outcome();
    client.write(wire('key=b\nnext'));
    expect(await second).toMatchObject({ key: 'b', text: 'next' });
  });
});
