/** Chapter 5, bodies: their length, their coding, and those that say nothing or are cut off. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { echo, type Target } from '../support/targets.ts';
import { openWriter } from '../support/writer.ts';

const suite = useBridge();
const open = (start?: () => Promise<Target>) => openWriter(suite, start);

describe('bodies of send', () => {
  needs([], 'R-513 a declared length beyond the limit is refused, a chunked one is cut', async () => {
    const { ask, peer, send } = await open();
    const most = 8 * 1024 * 1024;
    const refused = await ask({ at: 0 }, Buffer.alloc(most + 1));
    expect(refusal(refused)).toBe('413 TOO_LARGE');
    expect((await send({})).upNext).toBe(0);
    expect(refusal(await ask({ at: 0, body: 'base64' }, 'A'.repeat(1024 * 1024 + 1)))).toBe('413 TOO_LARGE');
    const chunks = Array.from({ length: 17 }, () => Buffer.alloc(512 * 1024));
    const cut = await ask({ at: 0 }, Readable.from(chunks));
    const [, upNext] = /^NO TOO_LARGE (\d+) /.exec(cut.text) ?? [];
    expect(Number(upNext)).toBeGreaterThan(0);
    expect(Number(upNext)).toBeLessThanOrEqual(most);
    expect((await send({})).upNext).toBe(Number(upNext));
    expect((await peer.bytes(Number(upNext))).length).toBe(Number(upNext));
  });

  needs([], 'R-514 base64 and utf8 are judged whole, and offsets count decoded bytes', async () => {
    const { ask, send, peer } = await open();
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    expect((await send({ at: 0, body: 'base64' }, all.toString('base64url'))).upNext).toBe(256);
    expect((await send({ at: 256, body: 'utf8' }, all.toString('latin1'))).upNext).toBe(512);
    for (const bad of ['A', 'AA=', 'AB', 'A B', 'AA\nAA', '++++', 'AAA*']) {
      expect(refusal(await ask({ at: 512, body: 'base64' }, bad)), bad).toBe('400 BAD_REQUEST');
    }
    for (const bad of [
      'good\u0100',
      '\u20ac',
      Buffer.from([0x61, 0xff]),
      Buffer.from([0xc3]),
      Buffer.from([0xc0, 0x80]),
    ]) {
      expect(refusal(await ask({ at: 512, body: 'utf8' }, bad))).toBe('400 BAD_REQUEST');
    }
    expect((await send({})).upNext).toBe(512);
    expect(await peer.bytes(512)).toEqual(Buffer.concat([all, all]));
  });

  needs([], 'R-515 a request that says nothing changes nothing', async () => {
    const { send, peer } = await open(echo);
    const before = await send({});
    expect([await send({}), await send({ at: 0 }), await send({}, '')]).toEqual([before, before, before]);
    await send({}, 'still an append');
    expect((await peer.bytes(15)).toString()).toBe('still an append');
  });

  needs(['raw head'], 'R-516 of a body that is cut off, what came in its turn counts', async () => {
    const { key, peer, send } = await open();
    const post = async (query: string, body: string) => {
      const socket = await suite.http.socket();
      socket.write(
        `POST /send?key=${key}&${query} HTTP/1.1\r\nHost: ${suite.http.host}\r\nContent-Length: 99\r\n\r\n${body}`,
      );
      return socket;
    };
    const first = await post('at=0', 'abc');
    await peer.bytes(3);
    first.destroy();
    for (const [query, body] of [
      ['at=3&body=base64', 'AAAA'],
      ['at=9', 'later'],
    ] as const) {
      const socket = await post(query, body);
      // The bridge closes once it has seen all that there is.
      await once(socket.resume().end(), 'close');
    }
    expect((await send({})).upNext).toBe(3);
    expect((await send({ at: 3 }, 'def___')).upNext).toBe(9);
    expect((await peer.bytes(9)).toString()).toBe('abcdef___');
  });
});
