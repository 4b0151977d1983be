/** Chapter 12, first half: what a netwine.1 client sends with its upgrade request, or before it is attached. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { early, maskedFrame } from '../support/early-bytes.ts';
import { newNonce } from '../support/http-client.ts';
import { startTarget } from '../support/targets.ts';
import { openWs } from '../support/ws-client.ts';

const suite = useBridge();
const openEarly = (path: string, ...frames: Uint8Array[]) =>
  suite.closing(openWs(`${suite.url}${path}`, 'netwine.1', early(...frames).options));

describe('early netwine.1', { concurrent: true }, () => {
  needs(['upgrade', 'raw head'], 'R-1201 a first message that comes with the upgrade connects, once', async () => {
    const target = await suite.closing(startTarget());
    const ws = await openEarly('/connect', maskedFrame(`to=${target.to}&nonce=${newNonce()}`));
    expect(await ws.next()).toMatch(/^OK \S+ 0 0 \d+$/);
    expect(await ws.next()).toMatch(/^INFO /);
    ws.send(Buffer.from('hello'));
    await ws.until('ACK');
    expect((await (await target.peer()).bytes(5)).toString()).toBe('hello');
    expect(target.peers).toHaveLength(1);
    expect(ws.texts.filter((text) => text.startsWith('OK'))).toHaveLength(1);
  });

  needs(['upgrade', 'raw head'], 'R-1201 a first message may begin with the upgrade and end behind it', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    const whole = maskedFrame(`key=${key}`);
    for (const cut of [1, 2, 6, 7, whole.length - 1]) {
      const begin = early(whole.subarray(0, cut));
      const ws = await suite.closing(openWs(`${suite.url}/receive`, 'netwine.1', begin.options));
      begin.write(whole.subarray(cut));
      expect(await ws.next(), String(cut)).toMatch(new RegExp(`^OK ${key} 0 0 \\d+$`));
      ws.close();
    }
  });

  needs(
    ['upgrade', 'raw head'],
    'R-1202 bytes that come together with the upgrade and the key are refused, and none of them is taken',
    async () => {
      const target = await suite.closing(startTarget());
      const { key } = await suite.http.open(target.to);
      await suite.http.send(key, { at: 0 }, 'abc');
      const refused = await openEarly('/receive', maskedFrame(`key=${key}`), maskedFrame(Buffer.from('abcdef')));
      expect(await refused.until('NO')).toMatch(/^NO BAD_REQUEST /);
      expect(await refused.closed).toMatchObject({ code: 4400 });
      expect((await suite.http.send(key, {})).upNext).toBe(3);
      const ws = await suite.closing(openWs(`${suite.url}/receive`));
      ws.send(`key=${key}`);
      expect(await ws.next()).toMatch(new RegExp(`^OK ${key} 0 3 \\d+$`));
      ws.send(Buffer.from('def'));
      ws.send('END');
      const peer = await target.peer();
      expect([await peer.end, peer.received.toString()]).toEqual(['end', 'abcdef']);
    },
  );
});
