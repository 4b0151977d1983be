/** Chapter 7: the client is done. */
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { greeter, startTarget } from '../support/targets.ts';

const suite = useBridge();

const open = async () => {
  const target = await suite.closing(startTarget());
  return { ...(await suite.http.open(target.to)), peer: await target.peer() };
};

describe('close', () => {
  needs([], 'R-701 close is OK for every key, from a page too, without any header', async () => {
    const { key } = await open();
    const headers = { netwine: '', 'user-agent': 'Mozilla/5.0', origin: 'https://elsewhere.example' };
    for (const one of [key, key, 'none', '']) {
      const { status, text } = await suite.http.ask('/close', {}, { payload: `key=${one}`, headers });
      expect([status, text]).toEqual([200, 'OK\n']);
    }
  });

  needs(['stream'], 'R-702 close resets the target, tells the open answer, and forgets the key', async () => {
    const { key, peer } = await open();
    const held = await suite.http.hold('/receive', { key, as: 'lines' });
    await held.until('AT');
    await suite.http.ask('/close', { key });
    expect((await held.until('ERR')).args[0]).toBe('RESET');
    expect(await peer.end).toBe('reset');
    expect(refusal(await suite.http.ask('/receive', { key, mode: 'poll' }))).toBe('410 GONE');
  });

  needs([], 'R-703 with an end, bytes below it are still taken, and the target sees a clean end', async () => {
    const { key, peer } = await open();
    await suite.http.send(key, { at: 0 }, 'abc');
    expect((await suite.http.ask('/close', { key, end: 9 })).text).toBe('OK\n');
    expect((await suite.http.ask('/close', { key, end: 9 })).text).toBe('OK\n');
    expect((await suite.http.send(key, { at: 6 }, 'ghi')).upNext).toBe(3);
    expect(refusal(await suite.http.ask('/send', { key, at: 9 }, { payload: 'x' }))).toBe('409 OFFSET');
    expect((await suite.http.send(key, { at: 3 }, 'def')).upNext).toBe(9);
    expect(await peer.end).toBe('end');
    expect(peer.received.toString()).toBe('abcdefghi');
    peer.socket.end('dropped');
    let answer = await suite.http.ask('/send', { key });
    while (answer.status === 200) answer = await suite.http.ask('/send', { key });
    expect(refusal(answer)).toBe('410 GONE');
  });

  needs([], 'R-703 what a target sends after such a close does not hold it up', async () => {
    const target = await suite.closing(startTarget());
    const session = await suite.http.open(target.to);
    const peer = await target.peer();
    await suite.http.ask('/close', { key: session.key, end: 0 });
    expect(await peer.end).toBe('end');
    // More than the window and the system take together: it goes through only if it is dropped.
    peer.socket.end(Buffer.alloc(64 * 1024 * 1024));
    await once(peer.socket, 'finish');
  });

  needs([], 'R-703 an end at odds with what has come is a plain close', async () => {
    const target = await suite.closing(greeter('x'));
    const { key } = await suite.http.open(target.to);
    await suite.http.send(key, { at: 0 }, 'abc');
    expect((await suite.http.ask('/close', { key, end: 2 })).text).toBe('OK\n');
    expect(refusal(await suite.http.ask('/send', { key, at: 3 }))).toBe('410 GONE');
  });
});
