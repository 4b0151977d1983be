/** The bridge as a plugin of somebody's own Fastify application. */
import fastifyWebsocket from '@fastify/websocket';
import { describe, expect, it } from 'vitest';
import { NetwineError, netwine, type Policy, parseTarget, websocketOptions } from '../../../server/index.ts';
import { HttpClient, newNonce, refusal } from '../../support/http-client.ts';
import { echo, greeter } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { memoryLog, openPolicy, ownApp, useStage } from './fixtures.ts';

const stage = useStage();

const closedPolicy: Policy = { permit: () => Promise.reject(new NetwineError('DENIED_TARGET')) };

/** Opens a session, sends a word through it and reads it back. */
const roundTrip = async (http: HttpClient, to: string): Promise<string> => {
  const { key } = await http.open(to);
  await http.send(key, { at: 0 }, 'ping');
  const bytes = await http.read(key, { count: 4 });
  await http.ask('/close', { key });
  return bytes.toString();
};

describe('a bridge in an application', () => {
  it('works beside the routes, hooks and body parsers of the application', async () => {
    const target = stage.closing(await echo());
    const app = ownApp();
    const seen: string[] = [];
    app.addHook('onRequest', async (request) => void seen.push(request.url.split('?')[0] ?? ''));
    app.post('/json', async (request) => ({ got: request.body }));
    await app.register(netwine, { prefix: '/bridge', policy: openPolicy });
    const http = await stage.listen(app, '/bridge');

    expect(await roundTrip(http, target.to)).toBe('ping');
    const own = stage.closing(new HttpClient(http.url.replace('/bridge', '')));
    const json = await own.ask('/json', {}, { payload: '{"a":1}', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(json.text)).toEqual({ got: { a: 1 } });
    expect((await own.ask('/json', {}, { payload: 'x', headers: { 'content-type': 'odd/type' } })).status).toBe(415);
    expect((await own.ask('/connect', { to: target.to })).status).toBe(404);
    expect(seen).toContain('/bridge/connect');
  });

  it('takes no content type amiss, though the application would', async () => {
    const target = stage.closing(await echo());
    const app = ownApp();
    await app.register(netwine, { policy: openPolicy });
    const http = await stage.listen(app);
    const { key } = await http.open(target.to);
    const headers = { 'content-type': 'garbage' };
    expect((await http.ask('/send', { key, at: 0 }, { payload: 'word', headers })).text).toMatch(/^OK 4 /);
  });

  it('stands under the prefix of the part of the application that registers it', async () => {
    const target = stage.closing(await echo());
    const app = ownApp();
    await app.register(async (part) => void (await part.register(netwine, { prefix: '/b', policy: openPolicy })), {
      prefix: '/a',
    });
    const http = await stage.listen(app, '/a/b');
    expect(await roundTrip(http, target.to)).toBe('ping');
    const ws = stage.closing(await openWs(`${http.url}/connect`));
    ws.send(`to=${target.to}`);
    expect(await ws.until('OK')).toMatch(/^OK \S+ 0 0 65536$/);
  });

  it('is there twice in one application, each with its own policy, sessions and WebSockets', async () => {
    const target = stage.closing(await greeter('hello'));
    const app = ownApp();
    await app.register(netwine, { prefix: '/open', policy: openPolicy });
    await app.register(netwine, { prefix: '/closed', policy: closedPolicy });
    const open = await stage.listen(app, '/open');
    const closed = stage.closing(new HttpClient(open.url.replace('/open', '/closed')));

    const { key } = await open.open(target.to);
    expect(refusal(await closed.ask('/receive', { key, mode: 'poll', hold: 0 }))).toBe('410 GONE');
    expect(refusal(await closed.ask('/connect', { to: target.to }))).toBe('403 DENIED_TARGET');
    const ws = stage.closing(await openWs(`${open.url}/connect?to=${target.to}`, []));
    expect((await ws.atLeast(5)).toString()).toBe('hello');
    await expect(openWs(`${closed.url}/connect?to=${target.to}`, [])).rejects.toThrow('403 NO DENIED_TARGET');
  });

  it('is there in two applications of one process', async () => {
    const target = stage.closing(await echo());
    const [one, two] = [ownApp(), ownApp()];
    await one.register(netwine, { policy: openPolicy });
    await two.register(netwine, { policy: closedPolicy });
    const [first, second] = [await stage.listen(one), await stage.listen(two)];
    expect(await roundTrip(first, target.to)).toBe('ping');
    expect(refusal(await second.ask('/connect', { to: target.to }))).toBe('403 DENIED_TARGET');
  });

  it('has the routes that it is given', async () => {
    const target = stage.closing(await greeter('hello'));
    const app = ownApp();
    const routes = new Map([['/news', parseTarget(target.to)]]);
    await app.register(netwine, { prefix: '/b', policy: openPolicy, routes });
    const http = await stage.listen(app, '/b');
    const held = await http.hold('/news', { as: 'lines', nonce: newNonce() });
    expect((await held.atLeast(5)).toString()).toBe('hello');
    held.leave();
  });

  it('keeps keys and nonces out of the log that the application writes of its requests', async () => {
    const target = stage.closing(await echo());
    const { log, options } = memoryLog('trace');
    const app = ownApp(options);
    app.get('/own', async () => 'own');
    await app.register(netwine, { prefix: '/b', policy: openPolicy });
    const http = await stage.listen(app, '/b');
    const nonce = newNonce();
    const { key } = await http.open(target.to, { nonce });
    await http.send(key, { at: 0 }, 'ping');
    await http.ask('/close', { key });
    await log.line('session ended');
    await stage.closing(new HttpClient(http.url.replace('/b', ''))).ask('/own', {}, { method: 'GET' });
    expect(log.text).toContain('/own');
    expect(log.text).not.toContain(key);
    expect(log.text).not.toContain(nonce);
  });
});

describe('an application that has WebSockets of its own', () => {
  it('may register the library before, with the options that the bridge needs', async () => {
    const target = stage.closing(await greeter('hello'));
    const app = ownApp();
    await app.register(fastifyWebsocket, { options: websocketOptions });
    app.get('/own', { websocket: true }, (ws) => void ws.send('mine'));
    await app.register(netwine, { prefix: '/b', policy: openPolicy });
    const http = await stage.listen(app, '/b');
    const own = stage.closing(await openWs(http.url.replace('/b', '/own'), []));
    expect(await own.next()).toBe('mine');
    const ws = stage.closing(await openWs(`${http.url}/connect?to=${target.to}`, 'anything'));
    expect(ws.ws.protocol).toBe('anything');
    expect((await ws.atLeast(5)).toString()).toBe('hello');
  });

  it.each([
    ['no options', {}],
    ['compression', { options: { ...websocketOptions, perMessageDeflate: true } }],
    ['messages without a limit', { options: { ...websocketOptions, maxPayload: 0 } }],
    ['subprotocols of its own', { options: { ...websocketOptions, handleProtocols: () => false as const } }],
  ])('is told what to do when it has registered the library with %s', async (_, options) => {
    const app = stage.closing(ownApp());
    await app.register(fastifyWebsocket, options);
    await expect(app.register(netwine, { policy: openPolicy })).rejects.toThrow(
      'register @fastify/websocket with { options: websocketOptions }, which netwine exports',
    );
  });

  it('is told what to do when two parts of it would each answer every upgrade', async () => {
    const app = stage.closing(ownApp());
    await app.register(async (part) => void (await part.register(netwine, { prefix: '/a', policy: openPolicy })));
    const second = app.register(async (part) => {
      await part.register(netwine, { prefix: '/b', policy: openPolicy });
    });
    await expect(second).rejects.toThrow('something else answers upgrades here: register @fastify/websocket with');
  });

  it('has two parts with bridges once the library is registered before them', async () => {
    const target = stage.closing(await greeter('hello'));
    const app = ownApp();
    await app.register(fastifyWebsocket, { options: websocketOptions });
    for (const prefix of ['/a', '/b']) {
      await app.register(async (part) => void (await part.register(netwine, { prefix, policy: openPolicy })));
    }
    const http = await stage.listen(app);
    for (const prefix of ['/a', '/b']) {
      const ws = stage.closing(await openWs(`${http.url}${prefix}/connect?to=${target.to}`, []));
      expect((await ws.atLeast(5)).toString()).toBe('hello');
    }
  });

  it('sees the errors of its own sockets, which the bridge does not swallow', async () => {
    const { log, options } = memoryLog();
    const app = ownApp(options);
    await app.register(netwine, { prefix: '/b', policy: openPolicy });
    app.get('/own', { websocket: true }, () => {
      throw new Error('mine');
    });
    const http = await stage.listen(app);
    const ws = stage.closing(await openWs(`${http.url}/own`, []));
    expect((await ws.closed).code).toBe(1006);
    expect(await log.line('mine')).toMatchObject({ level: 50 });
  });
});
