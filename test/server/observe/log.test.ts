/** The log: one line when a session opens, is refused, ends; nothing in it that opens a session or moves a terminal. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetwineError, netwine, type Policy } from '../../../server/index.ts';
import { escaped } from '../../../server/observe/log.ts';
import { newNonce } from '../../support/http-client.ts';
import { echo } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { memoryLog, openPolicy, ownApp, useStage } from '../app/fixtures.ts';

const stage = useStage();

const start = async (policy: Policy = openPolicy) => {
  const target = stage.closing(await echo());
  const { log, options } = memoryLog('trace');
  const app = ownApp(options);
  await app.register(netwine, { policy });
  return { http: await stage.listen(app), log, target };
};

describe('the line of a session', () => {
  it('that opens and ends tells who, what, by which way, how much and why', async () => {
    const { http, log, target } = await start();
    const before = Date.now();
    const { key, info } = await http.open(target.to);
    await http.send(key, { at: 0 }, 'four');
    await http.read(key, { count: 4 });
    await http.ask('/close', { key });
    const opened = await log.line('session opened');
    const common = {
      level: 30,
      session: info.id,
      client: '127.0.0.1',
      target: target.to,
      resolved: '127.0.0.1',
      transport: 'poll',
      rule: null,
    };
    expect(opened).toMatchObject(common);
    expect(opened.time).toBeGreaterThanOrEqual(before);
    const ended = await log.line('session ended');
    expect(ended).toMatchObject({ ...common, down: 4, up: 4, ms: expect.any(Number), reason: 'CLOSED_BY_CLIENT' });
    expect(log.lines.filter(({ msg }) => msg.startsWith('session '))).toHaveLength(2);
  });

  it('that its target breaks was reset, and one that both ended is closed', async () => {
    const { http, log, target } = await start();
    await http.open(target.to);
    (await target.peer(0)).socket.resetAndDestroy();
    expect(await log.line('session ended')).toMatchObject({ reason: 'RESET' });
    const second = await start();
    const { key } = await second.http.open(second.target.to);
    await second.http.ask('/close', { key, end: 0 });
    expect(await second.log.line('session ended')).toMatchObject({ reason: 'CLOSED' });
  });

  it('names the address that was reached, where several were judged', async () => {
    const policy: Policy = {
      permit: async (_client, target) => ({
        target,
        addresses: ['::1', '127.0.0.1'],
        options: {},
        rule: 'targets:7',
      }),
    };
    const { http, log, target } = await start(policy);
    await http.open(`localhost:${target.port}`);
    expect(await log.line('session opened')).toMatchObject({
      target: `tcp://localhost:${target.port}`,
      resolved: '127.0.0.1',
      rule: 'targets:7',
    });
  });

  it.each([
    ['websocket', []],
    ['netwine.1', ['netwine.1']],
  ])('that came by %s says so', async (transport, protocols) => {
    const { http, log, target } = await start();
    const ws = stage.closing(await openWs(`${http.url}/connect?to=${target.to}`, protocols));
    if (protocols.length > 0) ws.send('keep=60');
    expect(await log.line('session opened')).toMatchObject({ transport });
  });

  it('that was refused tells the target and the reason', async () => {
    const policy: Policy = { permit: () => Promise.reject(new NetwineError('DENIED_TARGET')) };
    const { http, log, target } = await start(policy);
    await http.ask('/connect', { to: target.to }, { headers: { origin: http.url } });
    expect(await log.line('session refused')).toMatchObject({
      client: '127.0.0.1',
      origin: http.url,
      target: target.to,
      transport: 'stream',
      reason: 'DENIED_TARGET',
      text: 'the targets file does not allow this target',
    });
  });

  it('that was refused before its target was looked at has none', async () => {
    const { http, log } = await start();
    await http.ask('/connect', { to: 'tcp://nowhere' });
    expect(await log.line('session refused')).toMatchObject({ target: null, reason: 'BAD_TARGET' });
  });
});

describe('the log as a whole', () => {
  it('has no key, nonce or ticket in it, whatever is done with them', async () => {
    const { http, log, target } = await start();
    const nonce = newNonce();
    const { key } = await http.open(target.to, { nonce });
    await http.open(target.to, { nonce });
    const ticket = (await http.ask('/ticket', { key })).text.slice(3).trim();
    const get = { method: 'GET' } as const;
    await http.ask('/receive', { ticket, as: 'lines', mode: 'poll', hold: 0 }, get);
    await http.ask('/receive', { key, from: 99, mode: 'poll' });
    await http.ask('/send', { key, at: 0, body: 'base64' }, { payload: '!' });
    await http.ask('/exchange', { key, at: 0, hold: 0 }, { payload: 'word' });
    await http.ask('/receive', { key }, get);
    await http.ask(`/${key}`, { key });
    await http.ask('/connect', { to: target.to, nonce: `${nonce}!` });
    await expect(openWs(`${http.url}/connect?key=${key}`, [])).rejects.toThrow('400');
    const ws = stage.closing(await openWs(`${http.url}/connect`));
    ws.send(`key=${key}&from=0`);
    await ws.until('OK');
    await http.ask('/close', { key });
    await log.line('session ended');
    // A path that is nobody's is the application's to log.
    const ours = log.lines.filter(({ msg }) => !/incoming request|not found|request completed/.test(msg));
    for (const secret of [key, nonce, ticket]) expect(JSON.stringify(ours)).not.toContain(secret);
    expect(ours.length).toBeGreaterThan(2);
  });

  it.each([
    'tcp://a\n2026-01-01 INFO fake entry:80',
    'tcp://a%0a\u001b[2J:80',
    'channel:%s%n%x $\u007bjndi:ldap://x}',
    'unix:/tmp/\u001b]0;title\u0007\u202e\u2028x',
    `tcp://${'x'.repeat(3000)}:80`,
    'exec:a\u0000b',
  ])('has one short line for each refusal, whatever was asked for: %j', async (to) => {
    const { http, log } = await start({ permit: () => Promise.reject(new NetwineError('DENIED_TARGET')) });
    await http.ask('/connect', { to });
    await log.line('session refused');
    const lines = log.text.split('\n').filter((line) => line.includes('session refused'));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(2048);
    expect(lines[0]).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e\u2028]/);
  });

  it('has no line of another hand for an Origin full of odd bytes', async () => {
    const { http, log } = await start();
    const lines = ['POST /connect?to=127.0.0.1:1 HTTP/1.1', `Host: ${http.host}`, 'Connection: close'];
    await http.exchangeRaw([...lines, `Origin: \x9b2J\x85{"level":30}${'x'.repeat(4000)}`, '', ''].join('\r\n'));
    const refused = await log.line('session refused');
    expect(refused).toMatchObject({ reason: 'DENIED_ORIGIN' });
    expect(log.text).not.toMatch(/[\x7f-\x9f]/);
  });
});

it('any text is written in one line without control characters, at most 512 characters of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
      const line = escaped(text);
      expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
      expect(line.length).toBeLessThanOrEqual(512);
    }),
  );
  expect(escaped('plain text, ünïcode 日本')).toBe('plain text, ünïcode 日本');
  expect(escaped('a\u001b[2J\nb')).toBe('a\\u001b[2J\\u000ab');
});
