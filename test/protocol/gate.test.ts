/** Chapter 14: which Host names the bridge, and which pages and programs may connect. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { needs, startBridge, useBridge } from '../support/bridge.ts';
import { HttpClient, refusal } from '../support/http-client.ts';
import { echo, startTarget } from '../support/targets.ts';
import { openWs } from '../support/ws-client.ts';

/** One page, which is nothing but its token. */
const suite = useBridge(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'netwine-page-'));
  await suite.closing({ close: () => rm(directory, { recursive: true }) });
  await writeFile(join(directory, 'index.html'), '{{token}}');
  return { args: ['--static', directory] };
});

/** What a connect with these headers and no others of ours gets. */
const connectWith = async (to: string, headers: Record<string, string>, more = {}): Promise<string> => {
  const answer = await suite.http.ask(
    '/connect',
    { to, mode: 'poll', hold: 0, ...more },
    { headers: { netwine: '', ...headers } },
  );
  return answer.text.startsWith('OK ') ? 'OK' : refusal(answer);
};
const DENIED = '403 DENIED_ORIGIN';

describe('gate', () => {
  needs(['raw head'], 'R-1401 a Host that is no name of the bridge is MISDIRECTED, on every request', async () => {
    const ask = async (lines: string, path = '/send?key=x') =>
      /^HTTP\/1\.1 (\d+)/.exec(
        await suite.http.exchangeRaw(`POST ${path} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`),
      )?.[1];
    const { host, port } = new URL(suite.url);
    expect(await ask(`Host: ${host}\r\n`)).toBe('410');
    expect(await ask(`Host: localhost:${port}\r\n`)).toBe('410');
    const wrong = [
      'evil.example',
      'localhost.evil.example',
      `127.0.0.1:${port}@evil.example`,
      `evil.example:${port}`,
      '0x7f.1',
      '',
    ];
    for (const name of wrong) expect(await ask(`Host: ${name}\r\n`), name).toBe('421');
    expect(await ask(`Host: ${host}\r\nHost: evil.example\r\n`)).toMatch(/^4(21|00)$/);
    expect(await ask(`Host: evil.example\r\nX-Forwarded-Host: ${host}\r\n`)).toBe('421');
    for (const path of ['/connect', '/receive', '/exchange', '/close', '/ticket'])
      expect(await ask('Host: evil.example\r\n', path)).toBe('421');
  });

  needs(['upgrade'], 'R-1401 R-1402 R-1405 an upgrade is judged before its 101', async () => {
    const target = await suite.closing(startTarget());
    const url = `${suite.url}/connect?to=${target.to}`;
    const upgrade = (headers: Record<string, string>, protocol: string | string[] = []) =>
      openWs(url, protocol, { headers }).then(
        (ws) => {
          ws.close();
          return 'open';
        },
        (error: Error) => error.message.slice(0, 3),
      );
    expect(await upgrade({ host: 'evil.example' })).toBe('421');
    expect(await upgrade({ origin: 'https://evil.example' })).toBe('403');
    expect(await upgrade({ origin: 'null' }, 'netwine.1')).toBe('403');
    expect(target.peers).toHaveLength(0);
    expect(await upgrade({ 'user-agent': 'Mozilla/5.0' })).toBe('open');
    expect(await upgrade({ origin: new URL(suite.url).origin })).toBe('open');
  });

  needs([], 'R-1402 an Origin is the own one or refused, whatever else the request says', async () => {
    const target = await suite.closing(echo());
    const { origin, port } = new URL(suite.url);
    expect(await connectWith(target.to, { origin, 'user-agent': 'Mozilla/5.0' })).toBe('OK');
    const others = [
      'null',
      'https://evil.example',
      'http://127.0.0.1:1',
      'http://localhost',
      `http://127.0.0.1.evil.example:${port}`,
    ];
    for (const one of [...others, `${origin}/`, `${origin} `.trimEnd().toUpperCase(), 'file://', '*']) {
      expect(await connectWith(target.to, { origin: one, netwine: '1', 'sec-fetch-site': 'same-origin' }), one).toBe(
        DENIED,
      );
    }
    const twice = `POST /connect?to=${target.to} HTTP/1.1\r\nHost: ${suite.http.host}\r\nConnection: close\r\n`;
    const answer = await suite.http.exchangeRaw(`${twice}Origin: ${origin}\r\nOrigin: ${origin}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(target.peers).toHaveLength(1);
  });

  needs(
    [],
    'R-1402 only connect asks: a key is enough afterwards, and the denied learn nothing of their parameters',
    async () => {
      const target = await suite.closing(echo());
      const { key } = await suite.http.open(target.to);
      const headers = { netwine: '', origin: 'https://evil.example', 'user-agent': 'Mozilla/5.0' };
      const whole = { key, mode: 'poll', hold: 0 };
      for (const path of ['/send', '/receive', '/exchange', '/ticket', '/close'])
        expect((await suite.http.ask(path, whole, { headers })).status, path).toBe(200);
      expect(await connectWith('nonsense', { origin: 'null' }, { nonce: '!' })).toBe(DENIED);
    },
  );

  needs([], 'R-1403 without Origin, Sec-Fetch-Site and then Referer decide', async () => {
    const target = await suite.closing(echo());
    const { origin } = new URL(suite.url);
    const cases = [
      [{ 'sec-fetch-site': 'same-origin' }, 'OK'],
      [{ 'sec-fetch-site': 'cross-site', netwine: '1', referer: `${origin}/` }, DENIED],
      [{ 'sec-fetch-site': 'same-site' }, DENIED],
      [{ 'sec-fetch-site': 'none' }, DENIED],
      [{ referer: `${origin}/page?x` }, 'OK'],
      [{ referer: 'https://evil.example/', netwine: '1' }, DENIED],
      [{ referer: 'nonsense' }, DENIED],
    ] as const;
    for (const [headers, expected] of cases)
      expect(await connectWith(target.to, headers), JSON.stringify(headers)).toBe(expected);
  });

  needs([], 'R-1404 with none of them a program passes and a browser does not', async () => {
    const target = await suite.closing(echo());
    const cases = [
      [{}, DENIED],
      [{ netwine: '1' }, 'OK'],
      [{ netwine: '2' }, DENIED],
      [{ 'user-agent': 'curl/8.0' }, 'OK'],
      [{ 'user-agent': 'Lynx/2.9' }, 'OK'],
      [{ 'user-agent': '' }, DENIED],
      [{ 'user-agent': 'Mozilla/5.0 (X11)' }, DENIED],
      [{ 'user-agent': 'Opera/9.80' }, DENIED],
      [{ 'user-agent': 'Mozilla/5.0', netwine: '1' }, 'OK'],
    ] as const;
    for (const [headers, expected] of cases)
      expect(await connectWith(target.to, headers), JSON.stringify(headers)).toBe(expected);
    const { text } = await suite.http.ask('/connect', { to: target.to }, { headers: { netwine: '' } });
    expect(text).toContain('Netwine: 1');
  });

  needs(['own bridge'], 'R-1404 the token of a page of this bridge lets an old engine pass', async () => {
    const target = await suite.closing(echo());
    const page = await suite.http.ask('/', {}, { method: 'GET' });
    const token = page.text;
    const browser = { 'user-agent': 'Mozilla/4.0' };
    expect(await connectWith(target.to, browser, { token })).toBe('OK');
    expect(await connectWith(target.to, browser, { token: `${token.slice(0, -2)}xx` })).toBe(DENIED);
    expect(await connectWith(target.to, { ...browser, origin: 'null' }, { token })).toBe(DENIED);
  });

  needs(['own bridge'], 'R-1406 a bridge that requires tokens takes no User-Agent for a program', async () => {
    const bridge = await suite.closing(startBridge({ args: ['--require-token'] }));
    const http = await suite.closing(new HttpClient(bridge.url));
    const target = await suite.closing(echo());
    const ask = (headers: Record<string, string>) =>
      http.ask('/connect', { to: target.to, mode: 'poll', hold: 0 }, { headers });
    expect(refusal(await ask({ netwine: '', 'user-agent': 'curl/8.0' }))).toBe(DENIED);
    expect((await ask({ netwine: '1' })).text).toMatch(/^OK /);
    const url = `${bridge.url}/connect?to=${target.to}`;
    await expect(openWs(url, [])).rejects.toThrow('403 NO DENIED_ORIGIN');
    (await openWs(url, [], { headers: { netwine: '1' } })).close();
  });

  needs([], 'R-1407 CORS names the exact origin and the headers asked for, and never credentials', async () => {
    const { origin } = new URL(suite.url);
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'netwine, x-y' };
    const preflight = (from: string) =>
      suite.http.ask('/any/path', {}, { method: 'OPTIONS', headers: { origin: from, ...asked } });
    const good = await preflight(origin);
    expect(good.status).toBe(204);
    expect(good.headers).toMatchObject({
      vary: 'Origin',
      'access-control-max-age': '600',
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'netwine, x-y',
    });
    const bad = await preflight('https://evil.example');
    expect([bad.status, bad.headers.vary, bad.headers['access-control-max-age']]).toEqual([204, 'Origin', '600']);
    const failed = await suite.http.ask('/send', { key: 'none' }, { headers: { origin } });
    expect(failed.headers['access-control-allow-origin']).toBe(origin);
    for (const { headers } of [good, bad, failed]) expect(headers['access-control-allow-credentials']).toBeUndefined();
    for (const from of ['https://evil.example', 'null']) {
      expect((await preflight(from)).headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});
