/** Target kinds of the application's own: functions from a permit to a Duplex. */
import { EventEmitter, once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Connect,
  failures,
  NetwineError,
  type NetwineOptions,
  netwine,
  type Permit,
  type TargetType,
} from '../../../server/index.ts';
import { newNonce, refusal } from '../../support/http-client.ts';
import { openWs } from '../../support/ws-client.ts';
import { memoryLog, openPolicy, ownApp, useStage } from './fixtures.ts';

const stage = useStage();

/** An application whose bridge has this as the kind `exec`. */
const withKind = async (exec: Connect | TargetType, log = memoryLog()) => {
  const app = ownApp(log.options);
  await app.register(netwine, { policy: openPolicy, targets: { exec } });
  return { http: await stage.listen(app), log: log.log };
};

const inProcessEcho: Connect = async () => new PassThrough();

describe('a function as a target kind', () => {
  it('is given the permit and serves every transport with the stream that it returns', async () => {
    const permits: Permit[] = [];
    const { http, log } = await withKind(async (permit, signal) => {
      expect(signal.aborted).toBe(false);
      permits.push(permit);
      return new PassThrough();
    });
    const { key, info } = await http.open('exec:echo');
    expect(permits.map(({ target }) => target)).toEqual([{ kind: 'exec', name: 'echo' }]);
    expect(info.framing).toBe('bytes');
    await http.send(key, { at: 0, end: 4 }, 'ping');
    expect((await http.read(key, { count: 4 })).toString()).toBe('ping');
    expect(await log.line('session ended')).toMatchObject({ down: 4, up: 4, reason: 'CLOSED', target: 'exec:echo' });

    const ws = stage.closing(await openWs(`${http.url}/connect?to=exec:echo`, []));
    ws.send('pong');
    expect((await ws.atLeast(4)).toString()).toBe('pong');
  });

  it('may say its framing as an object', async () => {
    const { http } = await withKind({ framing: 'lines', connect: inProcessEcho });
    expect((await http.open('exec:echo')).info.framing).toBe('lines');
  });

  it('replaces one of ours', async () => {
    const app = ownApp();
    await app.register(netwine, { policy: openPolicy, targets: { tcp: inProcessEcho } });
    const http = await stage.listen(app);
    const { key } = await http.open('tcp://127.0.0.1:1');
    await http.send(key, { at: 0 }, 'ping');
    expect((await http.read(key, { count: 4 })).toString()).toBe('ping');
  });

  it('holds its target back when the client does not read', async () => {
    let made = 0;
    const endless: Connect = async () =>
      new Duplex({
        read() {
          made += 16_384;
          setImmediate(() => this.push(Buffer.alloc(16_384)));
        },
        write: (_chunk, _encoding, done) => done(),
      });
    const { http } = await withKind(endless);
    const { bytes } = await http.open('exec:endless');
    for (let before = -1; before !== made; ) {
      before = made;
      for (let round = 0; round < 100; round += 1) await nextRound();
    }
    expect(made).toBeGreaterThanOrEqual(bytes('window'));
    expect(made).toBeLessThan(2 * bytes('window'));
  });

  it('refuses with a failure of the table', async () => {
    const { http } = await withKind(() => Promise.reject(new NetwineError('UNREACHABLE')));
    expect(refusal(await http.ask('/connect', { to: 'exec:echo' }))).toBe('502 UNREACHABLE');
  });

  it.each<[string, Connect]>([
    ['rejects with what is no failure of ours', () => Promise.reject(new Error('a secret of the inside'))],
    [
      'throws',
      () => {
        throw new Error('a secret of the inside');
      },
    ],
    ['returns what is no stream', async () => ({}) as Duplex],
  ])('that %s is an INTERNAL failure, and the log says why', async (_, connect) => {
    const { http, log } = await withKind(connect);
    const answer = await http.ask('/connect', { to: 'exec:echo' });
    expect(refusal(answer)).toBe('500 INTERNAL');
    expect(answer.text).not.toContain('secret');
    expect(await log.line('the bridge failed')).toMatchObject({ level: 50, err: { stack: expect.any(String) } });
    expect(await log.line('session refused')).toMatchObject({ reason: 'INTERNAL' });
  });

  it('whose stream has failed already ends the request, not the process', async () => {
    const { http } = await withKind(async () => new PassThrough().destroy(new Error('already over')));
    expect(refusal(await http.ask('/connect', { to: 'exec:echo' }))).toBe('502 RESET');
  });

  it('whose stream fails later ends the session, and errors after that end nothing', async () => {
    const streams: PassThrough[] = [];
    const { http } = await withKind(async () => {
      const stream = new PassThrough();
      streams.push(stream);
      return stream;
    });
    const { key } = await http.open('exec:echo');
    streams[0]?.destroy(new Error('over'));
    streams[0]?.emit('error', new Error('once more'));
    const held = await http.hold('/receive', { key, mode: 'poll' });
    expect((await held.until('ERR')).text).toMatch(/^ERR RESET 0 0 /);
  });

  it('that ignores its signal leaves no stream behind when the client has gone', async () => {
    let opened = (_stream: Duplex): void => {};
    const stream = new PassThrough();
    const calls = new EventEmitter();
    const called = once(calls, 'call');
    const { http, log } = await withKind(() => {
      calls.emit('call');
      return new Promise((resolve) => {
        opened = resolve;
      });
    });
    const leaving = new AbortController();
    const asked = http.ask('/connect', { to: 'exec:echo' }, { signal: leaving.signal }).catch(() => 'gone');
    await called;
    leaving.abort();
    expect(await asked).toBe('gone');
    const refused = log.line('session refused');
    // The bridge learns of it by the end of a connection; one that it answers afterwards shows that it has.
    await http.ask('/receive', { key: newNonce() });
    opened(stream);
    expect(await refused).toMatchObject({ reason: 'ABANDONED' });
    expect(stream.destroyed).toBe(true);
  });
});

it('the types of the library say what it takes', () => {
  expectTypeOf<NonNullable<NetwineOptions['targets']>[string]>().toEqualTypeOf<Connect | TargetType>();
  expectTypeOf(inProcessEcho).returns.resolves.toEqualTypeOf<Duplex>();
  expectTypeOf<NetwineOptions>().toHaveProperty('policy');
  expectTypeOf<Pick<NetwineOptions, 'prefix' | 'routes' | 'keepMs'>>().toEqualTypeOf<
    Partial<Pick<NetwineOptions, 'prefix' | 'routes' | 'keepMs'>>
  >();
  // @ts-expect-error a bridge without a policy would be open to all
  const missing: NetwineOptions = { prefix: '/b' };
  // @ts-expect-error a kind is a function or an object with one
  const wrong: NetwineOptions['targets'] = { exec: 'cat' };
  expect([missing, wrong]).toHaveLength(2);
  expect(Object.keys(failures)).toContain('GONE');
});
