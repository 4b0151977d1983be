/** Tests of bodies whose client leaves: in the parameters, in the payload, by FIN and by RST. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { refused, useStage, wire, writePieces } from './request-stage.ts';

const stage = useStage();

const EVENTS = ['data', 'end', 'error', 'close', 'aborted'] as const;

describe('a client that leaves', () => {
  const leave = { FIN: (client: Socket) => void client.end(), RST: (client: Socket) => void client.resetAndDestroy() };
  const kinds = [
    ['FIN', undefined],
    ['FIN', 3],
    ['RST', undefined],
    ['RST', 3],
  ] as const;

  /** Sends the first bytes of a request and leaves when `heard` says that the server has them. */
  const cutAt = async (bytes: Uint8Array, kind: 'FIN' | 'RST', heard?: Promise<unknown>): Promise<unknown> => {
    const { client, peer } = await stage.now.open();
    const result = stage.now.outcome();
    await writePieces(client, peer, [bytes]);
    await heard;
    leave[kind](client);
    return result;
  };

  test.each(kinds)('in its parameters is refused (%s, chunks of %s)', async (kind, chunkBytes) => {
    const body = 'key=abcdefgh';
    const bytes = wire(body, chunkBytes ? { chunkBytes } : {});
    const start = bytes.indexOf('\r\n\r\n') + 4;
    for (const at of [start, start + 1, start + 7, bytes.length - 1]) {
      expect(await cutAt(bytes.subarray(0, at), kind)).toEqual(refused('BAD_REQUEST'));
    }
  });

  test.each(kinds)('in its payload is told as cut, after what came (%s, chunks of %s)', async (kind, chunkBytes) => {
    for (const path of ['/send', '/send?key=a']) {
      let hear: () => void = () => {};
      const heard = new Promise<void>((resolve) => {
        hear = resolve;
      });
      stage.now.act = async ({ payload }, raw) => {
        let count = 0;
        const before = EVENTS.map((event) => raw.listenerCount(event));
        const how = await payload.forEach((chunk) => {
          count += chunk.length;
          if (count >= 6) hear();
        });
        expect(EVENTS.map((event) => raw.listenerCount(event))).toEqual(before);
        return { how, count };
      };
      const line = path === '/send' ? 'key=a\n' : '';
      const bytes = wire(`${line}abcdefghi`, { path, ...(chunkBytes ? { chunkBytes } : {}) });
      const at = bytes.lastIndexOf('ghi');
      expect(await cutAt(bytes.subarray(0, at), kind, heard)).toEqual({ how: 'cut', count: 6 });
    }
  });

  test('while a chunk is being taken is told when it is taken', async () => {
    let taken = false;
    stage.now.act = async ({ payload }, raw) => {
      const how = await payload.forEach(async () => {
        const closed = once(raw, 'close');
        stage.now.clients[0]?.resetAndDestroy();
        await closed.catch(() => {});
        taken = true;
      });
      return { how, taken };
    };
    const bytes = wire('abcdefghi', { path: '/send?key=a' });
    expect(await stage.now.ask([bytes.subarray(0, -3)])).toEqual({ how: 'cut', taken: true });
  });

  test('after its last byte has sent a whole payload', async () => {
    stage.now.act = ({ payload }, raw) =>
      payload.forEach(async () => {
        stage.now.clients[0]?.resetAndDestroy();
        await once(raw, 'close').catch(() => {});
      });
    expect(await stage.now.ask([wire('abc', { path: '/send?key=a' })])).toBe('whole');
  });

  test('before anything is asked for is told as cut', async () => {
    stage.now.act = async ({ payload }, raw) => {
      stage.now.clients[0]?.resetAndDestroy();
      await once(raw, 'close').catch(() => {});
      return [await payload.forEach(() => {}), await payload.readAll(100)];
    };
    const bytes = wire('key=a\nabcdefghi');
    expect(await stage.now.ask([bytes.subarray(0, -3)])).toEqual(['cut', null]);
  });

  test('before its request is read has sent what it declared, or was cut', async () => {
    stage.now.arrive = (raw) => void raw.destroy();
    stage.now.act = ({ payload }) => payload.forEach(() => {});
    expect(await stage.now.ask([wire('', { path: '/send?key=a' })])).toBe('whole');
    expect(await stage.now.ask([wire('abc', { path: '/send?key=a' })])).toBe('cut');
    expect(await stage.now.ask([wire('key=a')])).toEqual(refused('BAD_REQUEST'));
  });

  test('because its taker ends it is told as cut', async () => {
    stage.now.act = ({ payload }, raw) => payload.forEach(() => void raw.destroy());
    const bytes = wire('abc', { path: '/send?key=a' });
    expect(await stage.now.ask([bytes.subarray(0, -1)])).toBe('cut');
  });

  test('after it was read does no harm by its error', async () => {
    stage.now.act = async ({ payload }, raw) => {
      await payload.forEach(() => {});
      return raw.emit('error', new Error('reset'));
    };
    expect(await stage.now.ask([wire('key=a\nabc')])).toBe(true);
  });

  test('by the time-out of the server is refused', async () => {
    const { client, peer } = await stage.now.open();
    const result = stage.now.outcome();
    await writePieces(client, peer, [wire('key=a').subarray(0, -2)]);
    // What requestTimeout does to a request whose body never comes.
    peer.destroy();
    expect(await result).toEqual(refused('BAD_REQUEST'));
  });
});
