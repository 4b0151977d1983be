/** Chapter 12, first half: what a netwine.1 socket is closed for, and that its session stays. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { netwineSockets } from '../support/netwine-sockets.ts';
import { echo } from '../support/targets.ts';
import { openWs } from '../support/ws-client.ts';

const suite = useBridge();
const { socket, connect, attach } = netwineSockets(suite);

describe('netwine.1 refusals', { concurrent: true }, () => {
  needs(['upgrade'], 'R-1201 R-1202 anything else as the first message is refused', async () => {
    const target = await suite.closing(echo());
    const first = [Buffer.from(`to=${target.to}`), `to=${target.to}&x=${'x'.repeat(4096)}`, '', 'key=a&key=b', 'to=%'];
    for (const message of first) {
      const ws = await socket();
      ws.send(message);
      expect(await ws.next(), String(message)).toMatch(/^NO BAD_REQUEST /);
      expect(await ws.closed).toMatchObject({ code: 4400 });
    }
    const gone = await attach('none');
    expect(await gone.next()).toMatch(/^NO GONE /);
    expect(await gone.closed).toMatchObject({ code: 4410 });
  });

  needs(['upgrade'], 'R-1201 a socket that says nothing is closed after 10 s', async () => {
    const ws = await socket();
    const began = performance.now();
    expect(await ws.next()).toMatch(/^NO BAD_REQUEST /);
    expect(performance.now() - began).toBeGreaterThan(9000);
    expect(await ws.closed).toMatchObject({ code: 4400 });
  });

  needs(['upgrade'], 'R-1210 a key in the URL is refused before the 101', async () => {
    const target = await suite.closing(echo());
    const { key } = await suite.http.open(target.to);
    for (const protocol of [['netwine.1'], []]) {
      await expect(openWs(`${suite.url}/receive?key=${key}`, protocol)).rejects.toThrow('400 NO BAD_REQUEST');
    }
  });

  // Found by the fuzz of frames: any seed does it.
  needs(['upgrade'], 'R-212 a verb that only takes a POST refuses an upgrade before the 101', async () => {
    for (const verb of ['send', 'exchange', 'close', 'ticket']) {
      for (const protocol of [['netwine.1'], []]) {
        await expect(openWs(`${suite.url}/${verb}`, protocol), verb).rejects.toThrow('400 NO BAD_REQUEST');
      }
    }
  });

  needs(
    ['upgrade', 'raw head'],
    'R-1211 messages beyond 1 MiB and broken frames close the socket, not the session',
    async () => {
      const target = await suite.closing(echo());
      const { ws, key } = await connect(target.to);
      ws.send(Buffer.alloc(1024 * 1024 + 1));
      expect((await ws.rest()).code).toBe(1009);
      const frames = {
        '810141': 1002,
        a1810000000041: 1002,
        '8b8000000000': 1002,
        '0180000000008180000000004141': 1002,
        '82ff000001000000000000000000': 1009,
        '818200000000c080': 1007,
        '88820000000003e7': 1002,
        '88810000000003': 1002,
      };
      for (const [hex, expected] of Object.entries(frames)) {
        const raw = await attach(key);
        await raw.until('OK');
        Reflect.get(raw.ws, '_socket').write(Buffer.from(hex, 'hex'));
        expect((await raw.rest()).code, hex).toBe(expected);
      }
      const { upNext } = await suite.http.send(key, {});
      expect((await suite.http.send(key, { at: upNext }, 'alive')).upNext).toBe(upNext + 5);
    },
  );
});
