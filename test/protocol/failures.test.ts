/** Chapters 1 and 13: hostile bytes, targets that are none, and the table of failures. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { newNonce, refusal } from '../support/http-client.ts';
import { datagramEcho, echo, startTarget } from '../support/targets.ts';

const suite = useBridge();

describe('failures', () => {
  needs(
    ['raw head'],
    'R-107 bytes that are not HTTP, or HTTP that could be read in two ways, are refused',
    async () => {
      const target = await suite.closing(echo());
      const { key } = await suite.http.open(target.to);
      const head = `POST /send?key=${key}&at=0 HTTP/1.1\r\nHost: ${suite.http.host}\r\n`;
      const hostile = [
        `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\nxx`,
        `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\nxxx`,
        `${head}Content-Length: -1\r\n\r\n`,
        `${head}Content-Length: +2\r\n\r\nxx`,
        `${head}Content-Length: 1, 1\r\n\r\nx`,
        `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
        `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
        `${head}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
        `${head}Transfer-Encoding:\r\n chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
        `${head}Transfer-Encoding : chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
        `${head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`,
        `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n`,
        `${head}X: a\rb\r\n\r\n`,
        `${head}X\r\n\r\n`,
        `${head.replace('HTTP/1.1', 'HTTP/9.9')}\r\n`,
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        `CONNECT 127.0.0.1:${target.port} HTTP/1.1\r\nHost: ${suite.http.host}\r\n\r\n`,
        `BREW / HTTP/1.1\r\nHost: ${suite.http.host}\r\n\r\n`,
        `${head}X: ${'x'.repeat(100_000)}\r\n\r\n`,
        `${head}Content-Length: 1\r\nConnection: close\r\nExpect: 200-maybe\r\n\r\nx`,
      ];
      for (const bytes of hostile) {
        const answer = await suite.http.exchangeRaw(bytes);
        expect(answer, JSON.stringify(bytes.slice(-80))).toMatch(/^(HTTP\/1\.1 [45]\d\d |$)/);
      }
      expect(await suite.http.send(key, {})).toMatchObject({ upNext: 0 });
      expect(target.peers).toHaveLength(1);
    },
  );

  needs(['raw head'], 'R-107 a client that leaves at any byte of a request ends nothing', async () => {
    const target = await suite.closing(echo());
    const { key } = await suite.http.open(target.to);
    const request = `POST /send HTTP/1.1\r\nHost: ${suite.http.host}\r\nContent-Length: 40\r\n\r\nkey=${key}&at=0\nabcdefgh`;
    for (let cut = 1; cut < request.length; cut += 1) {
      const socket = await suite.http.socket();
      await new Promise((resolve) => socket.write(request.slice(0, cut), 'latin1', resolve));
      if (cut % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    const { upNext } = await suite.http.send(key, { at: 0 }, 'abcdefgh');
    expect(upNext).toBe(8);
    expect((await suite.http.read(key, { count: 8 })).toString()).toBe('abcdefgh');
  });

  needs([], 'R-1301 what is no target is BAD_TARGET, and nothing is dialled', async () => {
    const target = await suite.closing(startTarget());
    const { port } = target;
    const bad = [
      '',
      'tcp:',
      'tcp://',
      '127.0.0.1',
      `127.1:${port}`,
      `0x7f.1:${port}`,
      `2130706433:${port}`,
      `:${port}`,
    ];
    bad.push(
      `tcp://１２７.0.0.1:${port}`,
      `127.0.0.1\0.example:${port}`,
      '127.0.0.1:0',
      '127.0.0.1:65536',
      '127.0.0.1:080',
    );
    bad.push(
      `127.0.0.1:${port}/x`,
      `http://127.0.0.1:${port}`,
      `user@127.0.0.1:${port}`,
      `127.0.0.1:${port} `,
      `[::1:${port}`,
    );
    bad.push(
      '127.0.0.1:-1',
      '127.0.0.1:1e3',
      `127.0.0.1:${port}#`,
      `TCP://127.0.0.1:${port}`,
      'exec:/bin/sh',
      'exec:a b',
      'unix:x',
    );
    bad.push(`localhost%00:${port}`, `127.0.0.1.:${port}`, `0177.0.0.1:${port}`, `[::ffff:127.0.0.1%lo]:${port}`);
    for (const to of bad)
      expect(refusal(await suite.http.ask('/connect', { to })), JSON.stringify(to)).toBe('400 BAD_TARGET');
    expect(refusal(await suite.http.ask('/connect'))).toBe('400 BAD_REQUEST');
    expect(target.peers).toHaveLength(0);
    for (const to of [`127.0.0.1:${port}`, `[::ffff:127.0.0.1]:${port}`]) {
      const { text } = await suite.http.ask('/connect', { to, mode: 'poll', hold: 0, nonce: newNonce() });
      expect(text, to).toMatch(/^OK /);
    }
  });

  needs([], 'R-1302 datagrams travel as records of their length, both ways', async () => {
    const target = await suite.closing(datagramEcho());
    const { key, info } = await suite.http.open(target.to);
    expect(info.framing).toBe('packets');
    const packets = Buffer.from('\0\x05hello\0\0\0\x01!', 'latin1');
    for (const byte of packets.subarray(0, 6)) await suite.http.send(key, {}, Buffer.from([byte]));
    await suite.http.send(key, {}, packets.subarray(6));
    expect(await suite.http.read(key, { count: packets.length })).toEqual(packets);
    const tcp = await suite.closing(echo());
    expect((await suite.http.open(tcp.to)).info.framing).toBe('bytes');
  });

  needs([], 'R-1303 a failure names its code with the status of the table', async () => {
    const { http } = suite;
    const seen = [
      refusal(await http.ask('/send')),
      refusal(await http.ask('/connect', { to: 'x' })),
      refusal(await http.ask('/connect', { to: 'tcp://127.0.0.2:80' })),
      refusal(
        await http.ask('/connect', { to: 'tcp://127.0.0.1:80' }, { headers: { origin: 'https://else.example' } }),
      ),
      refusal(await http.ask('/send', { key: 'x' })),
      refusal(await http.ask('/send', { key: 'x' }, { headers: { 'content-encoding': 'br' }, payload: 'x' })),
      refusal(await http.ask('/send', { key: 'x' }, { headers: { host: 'else.example' } })),
    ];
    expect(seen.sort()).toEqual([
      '400 BAD_REQUEST',
      '400 BAD_TARGET',
      '403 DENIED_ORIGIN',
      '403 DENIED_TARGET',
      '410 GONE',
      '415 UNSUPPORTED',
      '421 MISDIRECTED',
    ]);
  });
});
