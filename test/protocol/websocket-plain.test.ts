/** Chapter 12, second half: WebSocket clients that know nothing of netwine. */
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { needs, startBridge, useBridge } from '../support/bridge.ts';
import {
  closedPort,
  datagramEcho,
  echo,
  greeter,
  halfCloser,
  seededBytes,
  stalled,
  startTarget,
} from '../support/targets.ts';
import { openWs } from '../support/ws-client.ts';

const suite = useBridge();
const open = (to: string, protocols: string | string[] = []) =>
  suite.closing(openWs(`${suite.url}/connect?to=${to}`, protocols));

describe('plain WebSocket', { concurrent: true }, () => {
  needs(['upgrade'], 'R-1221 R-1229 bytes pass both ways, texts as UTF-8, and no record is said', async () => {
    const target = await suite.closing(greeter('hi'));
    const ws = await suite.closing(openWs(`${suite.url}/connect?to=${target.to}`, [], { perMessageDeflate: true }));
    expect(ws.ws.extensions).toBe('');
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    ws.send(all);
    ws.send('grün');
    const peer = await target.peer();
    expect(await peer.bytes(261)).toEqual(Buffer.concat([all, Buffer.from('grün')]));
    peer.socket.write(all);
    expect(await ws.atLeast(258)).toEqual(Buffer.concat([Buffer.from('hi'), all]));
    expect(ws.texts).toEqual([]);
  });

  needs(['upgrade'], 'R-1221 they cannot attach by key', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    const ws = await open(target.to);
    ws.send(`key=${key}`);
    expect((await (await target.peer(1)).bytes(4 + key.length)).toString()).toBe(`key=${key}`);
    await expect(openWs(`${suite.url}/receive`, [])).rejects.toThrow('400 NO BAD_REQUEST');
  });

  needs(['upgrade'], 'R-1222 failures are HTTP statuses before the 101', async () => {
    const fail = (to: string) =>
      openWs(`${suite.url}/connect?to=${to}`, []).then(
        () => 'open',
        (error: Error) => error.message,
      );
    expect(await fail(`tcp://127.0.0.1:${await closedPort()}`)).toMatch(/^502 NO REFUSED /);
    expect(await fail('tcp://127.0.0.2:80')).toMatch(/^403 NO DENIED_TARGET /);
    expect(await fail('nonsense')).toMatch(/^400 NO BAD_TARGET /);
  });

  needs(['upgrade'], 'R-1223 the first subprotocol offered is echoed, and none where none is', async () => {
    const target = await suite.closing(echo());
    expect((await open(target.to, ['binary', 'base64'])).ws.protocol).toBe('binary');
    expect((await open(target.to, ['mqtt'])).ws.protocol).toBe('mqtt');
    expect((await open(target.to)).ws.protocol).toBe('');
  });

  needs(['upgrade'], 'R-1224 the end of the target drains and closes with 1000, a failure with its code', async () => {
    const bytes = seededBytes(41, 3_000_000);
    const target = await suite.closing(startTarget(({ socket }) => void socket.end(bytes)));
    const ws = await open(target.to);
    expect((await ws.rest()).code).toBe(1000);
    expect(ws.bytes.equals(bytes)).toBe(true);
    const polite = await suite.closing(halfCloser('bye'));
    const other = await open(polite.to);
    expect([(await other.rest()).code, other.bytes.toString()]).toEqual([1000, 'bye']);
    const broken = await suite.closing(echo());
    const third = await open(broken.to);
    (await broken.peer()).socket.resetAndDestroy();
    expect((await third.rest()).code).toBe(4502);
  });

  needs(['upgrade', 'raw head'], 'R-1225 what comes before the 101 is kept', async () => {
    const target = await suite.closing(startTarget());
    const socket = await suite.http.socket();
    const head = [
      `GET /connect?to=${target.to} HTTP/1.1`,
      `Host: ${suite.http.host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    const frame = Buffer.concat([Buffer.from('828500000000', 'hex'), Buffer.from('early')]);
    socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), frame]));
    expect((await (await target.peer()).bytes(5)).toString()).toBe('early');
  });

  needs(['upgrade'], 'R-1226 a stalled target stops the socket, a stalled client the target', async () => {
    const target = await suite.closing(stalled());
    const ws = await open(target.to);
    const bytes = seededBytes(42, 500_000);
    const peer = await target.peer();
    let sent = 0;
    let flushed = true;
    // What lies between takes some, but never all of it; a chunk that is not taken in so many round trips waits.
    while (flushed && sent < 200_000_000) {
      flushed = false;
      sent += bytes.length;
      ws.ws.send(bytes, () => {
        flushed = true;
      });
      for (let trips = 0; trips < 100 && !flushed; trips += 1) await suite.http.ask('/close', { key: 'none' });
    }
    expect(sent).toBeLessThan(200_000_000);
    expect(peer.length).toBe(0);
    peer.socket.resume();
    expect((await peer.bytes(sent)).subarray(-500_000).equals(bytes)).toBe(true);

    const flood = await suite.closing(startTarget());
    const reader = await open(flood.to);
    reader.ws.pause();
    const writer = (await flood.peer()).socket;
    let written = 0;
    while (written < 64_000_000 && writer.writableLength < 1_000_000) {
      writer.write(Buffer.alloc(64 * 1024));
      written += 64 * 1024;
      await new Promise(setImmediate);
    }
    expect(written).toBeLessThan(64_000_000);
    reader.ws.resume();
    await reader.atLeast(written);
  });

  needs(['upgrade'], 'R-1227 what was sent before a close reaches the target, and then its end', async () => {
    const target = await suite.closing(startTarget());
    const ws = await open(target.to);
    for (let index = 0; index < 100; index += 1) ws.send(Buffer.alloc(1000, index));
    ws.ws.close(1000);
    const peer = await target.peer();
    expect(await peer.end).toBe('end');
    expect(peer.length).toBe(100_000);
    peer.socket.end();
    await once(peer.socket, 'close');
  });

  needs(['upgrade'], 'R-1228 a datagram is a message, both ways', async () => {
    const target = await suite.closing(datagramEcho());
    const ws = await open(target.to);
    for (const text of ['one', 'two two', 'x']) {
      ws.send(text);
      expect((await ws.next())?.toString()).toBe(text);
    }
  });

  needs(['own bridge', 'upgrade'], 'R-314 R-1221 a route connects without a target parameter', async () => {
    const target = await suite.closing(greeter('routed'));
    const bridge = await suite.closing(startBridge({ routes: `/there ${target.to}\n` }));
    const ws = await suite.closing(openWs(`${bridge.url}/there`, ['mqtt']));
    expect((await ws.atLeast(6)).toString()).toBe('routed');
    const own = await suite.closing(openWs(`${bridge.url}/there`));
    own.send('keep=60');
    await own.until('OK');
    expect((await own.atLeast(6)).toString()).toBe('routed');
    await expect(openWs(`${bridge.url}/there?to=${target.to}`, [])).rejects.toThrow('400 NO BAD_REQUEST');
    await expect(openWs(`${bridge.url}/nowhere`, [])).rejects.toThrow(/^404/);
  });
});
