/** Routes: paths of the bridge that stand for a target, for HTTP and WebSocket alike. */
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../server/app.ts';
import { HttpClient, newNonce, refusal } from '../../support/http-client.ts';
import { greeter, type Target } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { useStage } from './fixtures.ts';

const stage = useStage();

/** A bridge with these routes, `TARGET` in them being a greeter. */
const start = async (routes: string, { prefix = '', targets = 'allow 127.0.0.1 *\n' } = {}) => {
  const target: Target = stage.closing(await greeter('hello'));
  const { app } = await createApp({
    hosts: { clients: 'allow @loopback\n', targets, routes: routes.replaceAll('TARGET', target.to) },
    prefix,
  });
  return { http: await stage.listen(app, prefix), target };
};

const greetingBy = async (http: HttpClient, path: string): Promise<[string, string, string]> => {
  const held = await http.hold(path, { as: 'lines', nonce: newNonce() });
  const byHttp = (await held.atLeast(5)).toString();
  held.leave();
  const plain = stage.closing(await openWs(`${http.url}${path}`, 'irc'));
  const byPlain = (await plain.atLeast(5)).toString();
  const ours = stage.closing(await openWs(`${http.url}${path}`));
  ours.send(`nonce=${newNonce()}`);
  return [byHttp, byPlain, (await ours.atLeast(5)).toString()];
};

const everyWay = ['hello', 'hello', 'hello'];

describe('a route', () => {
  it.each([
    ['/irc', '/irc'],
    ['/irc', '/%69rc'],
    ['/deep/er', '/deep/er'],
    ['/with%20blank', '/with%20blank'],
    ['/caf%C3%A9', '/caf%c3%a9'],
    ['/', '/'],
    ['/a%2Fb', '/a/b'],
    ['/100%25', '/100%25'],
    ['/semi;colon', '/semi;colon'],
    ['/me%40home', '/me@home'],
  ])('written %s is met by %s, over HTTP and WebSocket', async (written, asked) => {
    const { http } = await start(`${written} TARGET\n`);
    expect(await greetingBy(http, asked)).toEqual(everyWay);
  });

  it('stands under the prefix', async () => {
    const { http } = await start('/irc TARGET\n', { prefix: '/deep/bridge' });
    expect(await greetingBy(http, '/irc')).toEqual(everyWay);
    const root = stage.closing(new HttpClient(http.url.replace('/deep/bridge', '')));
    expect((await root.ask('/irc')).status).toBe(404);
  });

  it.each(['/irc/', '/IRC', '/irc/x', '/ir', '/irc.', '/irc%00', '/irc%2f', '//irc', '/x/../irc'])(
    'is matched exactly, and %s is something else',
    async (path) => {
      const { http, target } = await start('/irc TARGET\n');
      const lines = [`POST ${path} HTTP/1.1`, `Host: ${http.host}`, 'Netwine: 1', 'Connection: close', '', ''];
      expect(await http.exchangeRaw(lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(target.peers).toHaveLength(0);
    },
  );

  it('takes no target from its client', async () => {
    const { http, target } = await start('/irc TARGET\n');
    expect(refusal(await http.ask('/irc', { to: target.to }))).toBe('400 BAD_REQUEST');
    await expect(openWs(`${http.url}/irc?to=${target.to}`, 'irc')).rejects.toThrow('400 NO BAD_REQUEST');
    const ours = stage.closing(await openWs(`${http.url}/irc`));
    ours.send(`to=${target.to}`);
    expect(await ours.until('NO')).toMatch(/^NO BAD_REQUEST /);
    expect((await ours.rest()).code).toBe(4400);
    expect(target.peers).toHaveLength(0);
  });

  it('only names: the targets file is still asked', async () => {
    const { http, target } = await start('/irc TARGET\n', { targets: 'deny * *\n' });
    expect(refusal(await http.ask('/irc'))).toBe('403 DENIED_TARGET');
    await expect(openWs(`${http.url}/irc`, 'irc')).rejects.toThrow('403 NO DENIED_TARGET');
    const ours = stage.closing(await openWs(`${http.url}/irc`));
    ours.send('keep=60');
    expect(await ours.until('NO')).toMatch(/^NO DENIED_TARGET /);
    expect(target.peers).toHaveLength(0);
  });

  it('asks who calls, as connect does', async () => {
    const { http, target } = await start('/irc TARGET\n');
    const headers = { netwine: '', origin: 'https://elsewhere.example' };
    expect(refusal(await http.ask('/irc', {}, { headers }))).toBe('403 DENIED_ORIGIN');
    const elsewhere = openWs(`${http.url}/irc`, 'irc', { headers: { origin: headers.origin } });
    await expect(elsewhere).rejects.toThrow('403 NO DENIED_ORIGIN');
    expect(target.peers).toHaveLength(0);
  });
});
