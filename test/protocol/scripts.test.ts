/** Chapters 9 and 11, `script` and `html`: records for engines that can run a script but have no XMLHttpRequest. */
import { describe, expect } from 'vitest';
import { needs, startBridge, useBridge } from '../support/bridge.ts';
import { HttpClient, newNonce, type Parameters, refusal } from '../support/http-client.ts';
import { frameRecords, runScript, scriptRecords, split } from '../support/old-engines.ts';
import { echo, greeter, seededBytes, startTarget } from '../support/targets.ts';

const suite = useBridge({ args: ['--script'] });

const hostile = Buffer.concat([
  Buffer.from('</script>--><script>alert(1)</script>"\'\\ &lt; \u2028\u2029 \0 ");_netwine[9]("'),
  Buffer.from(Uint8Array.from({ length: 256 }, (_, value) => value)),
]);
const get = (path: string, parameters: Parameters) => suite.http.ask(path, parameters, { method: 'GET' });
const wordsOf = (records: readonly string[]): string[] => records.map((text) => text.split(' ')[0] ?? '');
const wordOf = (records: readonly string[], word: string): string =>
  records.find((text) => text.startsWith(`${word} `))?.split(' ')[1] ?? '';

describe('html', () => {
  needs([], 'R-911 R-913 each record is a script that hands it to the function of the parent', async () => {
    const target = await suite.closing(greeter(hostile));
    const nonce = newNonce();
    const { status, headers, text } = await suite.http.ask(
      '/connect',
      {},
      { payload: `to=${target.to}&nonce=${nonce}&as=html&mode=poll&callback=7&pad=9` },
    );
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(text.indexOf('<script>p(')).toBeGreaterThanOrEqual(2048);
    const { bytes, others } = split(frameRecords(text, 7));
    const asked = { ticket: wordOf(others, 'TICKET'), as: 'html', mode: 'poll', callback: 3, from: 0 };
    const again = split(frameRecords((await get('/receive', asked)).text, 3));
    expect([again.bytes, wordsOf(again.others)]).toEqual([bytes, ['AT', 'TICKET', 'AGAIN']]);
    expect(wordsOf(others)).toEqual(['~~~~~~~~~', 'OK', 'INFO', 'AT', 'TICKET', 'AGAIN']);
    const rest = await suite.http.read(wordOf(others, 'OK'), {
      from: bytes.length,
      count: hostile.length - bytes.length,
    });
    expect(Buffer.concat([bytes, rest]).equals(hostile)).toBe(true);
    expect(frameRecords(text, 8)).toEqual([]);
  });

  needs(['stream'], 'R-913 comes as it is said, and ends as a document', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    const held = await suite.http.hold('/receive', { key, as: 'html' });
    const { socket } = await target.peer();
    await held.until('TICKET');
    socket.write('one');
    expect((await held.atLeast(3)).toString()).toBe('one');
    await held.until('PING');
    socket.end('two');
    await held.until('END');
    await suite.http.ask('/send', { key, at: 0, end: 0 });
    expect((await held.until('ERR')).text).toMatch(/^ERR CLOSED 6 0 /);
    expect([await held.rest(), held.bytes.toString(), held.last?.word]).toEqual(['whole', 'onetwo', '~']);
  });

  needs([], 'R-916 R-917 its failures have status 200, and its short answers are records', async () => {
    const target = await suite.closing(echo());
    const { key } = await suite.http.open(target.to);
    const ask = async (path: string, parameters: Record<string, string | number>) => {
      const { status, headers, text } = await suite.http.ask(path, { as: 'html', ...parameters });
      expect([status, headers['referrer-policy']]).toEqual([200, 'same-origin']);
      return frameRecords(text)[0] ?? '';
    };
    expect(await ask('/receive', { key: '"<x>' })).toMatch(/^NO GONE /);
    expect(await ask('/connect', { to: '</script>' })).toMatch(/^NO BAD_TARGET /);
    expect(await ask('/send', { key, at: 5, end: 2 })).toMatch(/^NO OFFSET up 0 /);
    expect(await ask('/send', { key, ack: 0 })).toMatch(/^OK 0 \d+ 0$/);
    expect(await ask('/ticket', { key })).toMatch(/^OK \S+$/);
    expect(await ask('/close', { key })).toBe('OK');
  });
});

describe('script', () => {
  needs(['own bridge'], 'R-911 R-912 a poll is one call of the function that the request numbers', async () => {
    const target = await suite.closing(greeter(hostile));
    const { key } = await suite.http.open(target.to);
    const { headers, text } = await suite.http.ask('/receive', { key, as: 'script', callback: 12, pad: 4 });
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(Object.keys(runScript(text))).toEqual(['12']);
    const { bytes, others } = split(scriptRecords(text, 12));
    expect(wordsOf(others)).toEqual(['~~~~', 'AT', 'TICKET', 'AGAIN']);
    expect(bytes.equals(hostile.subarray(0, bytes.length))).toBe(true);
    for (const callback of ['1.5', 'x', '-1', '1e3', '0);alert(1', '9999999999', '__proto__']) {
      const answer = await suite.http.ask('/receive', { key, as: 'script', callback });
      expect([answer.status, Object.keys(runScript(answer.text))]).toEqual([200, ['0']]);
      expect(scriptRecords(answer.text)[0]).toMatch(/^NO BAD_REQUEST /);
    }
    const streamed = await suite.http.ask('/receive', { key, as: 'script', mode: 'stream' });
    expect(scriptRecords(streamed.text)[0]).toMatch(/^NO BAD_REQUEST /);
    const exchanged = await suite.http.ask('/exchange', { key, as: 'script', hold: 0 });
    expect(wordsOf(scriptRecords(exchanged.text))).toEqual(['OK', 'AT', 'TICKET', 'DATA', 'AGAIN']);
  });

  needs(['own bridge'], 'R-910 R-1107 is refused where it is not switched on', async () => {
    const plain = await suite.closing(startBridge());
    const http = await suite.closing(new HttpClient(plain.url));
    const target = await suite.closing(echo());
    const { key } = await http.open(target.to);
    const asked = { key, as: 'script', nonce: newNonce(), to: target.to, ticket: 'x', at: 0 };
    for (const path of ['/connect', '/receive', '/exchange']) {
      expect(refusal(await http.ask(path, asked))).toBe('400 BAD_REQUEST');
    }
    for (const path of ['/connect', '/receive', '/send', '/close', '/exchange', '/ticket']) {
      expect(refusal(await http.ask(path, asked, { method: 'GET' }))).toBe('400 BAD_REQUEST');
    }
    expect(target.peers).toHaveLength(1);
  });

  needs(['own bridge'], 'R-1105 R-1107 a whole dialogue by GET alone, each of them asked three times', async () => {
    const target = await suite.closing(echo());
    const as = 'script';
    const thrice = async (path: string, parameters: Record<string, string | number>): Promise<string[]> => {
      let records: string[] = [];
      for (let number = 0; number < 3; number += 1) {
        records = scriptRecords((await get(path, { as, ...parameters })).text);
      }
      return records;
    };
    const opened = await thrice('/connect', { to: target.to, nonce: newNonce(), hold: 0 });
    expect(wordsOf(opened)).toEqual(['OK', 'INFO', 'AT', 'TICKET', 'AGAIN']);
    const bytes = seededBytes(31, 20_000);
    const parts: Buffer[] = [];
    let ticket = wordOf(opened, 'TICKET');
    let from = 0;
    const read = async (): Promise<string[]> => {
      const records = await thrice('/receive', { ticket, from });
      ticket = wordOf(records, 'TICKET') || ticket;
      const part = split(records).bytes;
      parts.push(part);
      from += part.length;
      return records;
    };
    for (let at = 0; at < bytes.length; at += 1000) {
      const data = bytes.subarray(at, at + 1000).toString('base64url');
      expect((await thrice('/send', { ticket, at, body: 'base64', data }))[0]).toMatch(/^OK \d+ \d+ \d+$/);
      while (from < at + 1000) await read();
    }
    expect((await thrice('/send', { ticket, end: bytes.length }))[0]).toMatch(/^OK 20000 \d+ 20000 END$/);
    while (!(await read()).some((text) => text.startsWith('ERR CLOSED 20000 20000 ')));
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect([target.peers.length, (await target.peer()).length]).toEqual([1, 20_000]);
    expect(await thrice('/close', { ticket })).toEqual(['OK']);
    expect((await thrice('/send', { ticket, at: 0, data: 'x' }))[0]).toMatch(/^NO GONE /);
  });

  needs(['own bridge'], 'R-1106 tickets outlive the answers that they open and that carry them', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    let ticket = (await suite.http.ask('/ticket', { key })).text.slice(3).trim();
    // Each of these takes as long as a ticket is good.
    for (let number = 0; number < 3; number += 1) {
      const first = scriptRecords((await get('/receive', { ticket, as: 'script' })).text);
      const cut = scriptRecords((await get('/receive', { ticket, as: 'script', hold: 0 })).text);
      expect([wordsOf(first), cut]).toEqual([['AT', 'TICKET', 'AGAIN'], first]);
      ticket = wordOf(first, 'TICKET');
    }
  });

  needs(['own bridge'], 'R-1105 carries none where four others are live', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    for (let number = 0; number < 4; number += 1) await suite.http.ask('/ticket', { key, reader: 9 });
    const { text } = await suite.http.ask('/receive', { key, as: 'script', reader: 5, hold: 0 });
    expect(wordsOf(scriptRecords(text))).toEqual(['AT', 'AGAIN']);
  });

  needs(['own bridge'], 'R-1107 once a ticket was used, the nonce in a URL gives the key to nobody', async () => {
    const target = await suite.closing(startTarget());
    const connect = { to: target.to, nonce: newNonce(), as: 'script', hold: 0 };
    const opened = scriptRecords((await get('/connect', connect)).text);
    expect(scriptRecords((await get('/connect', connect)).text)[0]).toBe(opened[0]);
    await get('/receive', { ticket: wordOf(opened, 'TICKET'), as: 'script', hold: 0 });
    expect(scriptRecords((await get('/connect', connect)).text)).toEqual([expect.stringMatching(/^MOVED [1-9]/)]);
  });

  needs(['own bridge'], 'R-1107 a GET that could do more when it is repeated is refused', async () => {
    const target = await suite.closing(echo());
    const { key } = await suite.http.open(target.to);
    const ticket = (await suite.http.ask('/ticket', { key })).text.slice(3).trim();
    const failed = async (path: string, parameters: Record<string, string | number>) =>
      scriptRecords((await get(path, { as: 'script', ...parameters })).text)[0]?.split(' ')[1];
    expect(await failed('/connect', { to: target.to })).toBe('BAD_REQUEST');
    expect(await failed('/connect', { to: target.to, nonce: newNonce(), data: 'x' })).toBe('BAD_REQUEST');
    expect(await failed('/send', { ticket, data: 'x' })).toBe('BAD_REQUEST');
    expect(await failed('/send', { ticket, end: '' })).toBe('BAD_REQUEST');
    expect(await failed('/send', { key, at: 0, data: 'x' })).toBe('GONE');
    for (const as of ['lines', 'html', 'page', 'frames']) {
      const { text } = await get('/send', { ticket, at: 0, data: 'x', as });
      expect(text).toContain('BAD_REQUEST');
    }
    const foreign = { 'sec-fetch-site': 'cross-site', netwine: '' };
    const asked = { to: target.to, nonce: newNonce(), as: 'script' };
    const { text } = await suite.http.ask('/connect', asked, { method: 'GET', headers: foreign });
    expect(scriptRecords(text)[0]).toMatch(/^NO DENIED_ORIGIN /);
    expect(target.peers).toHaveLength(1);
    expect((await target.peer()).length).toBe(0);
  });
});
