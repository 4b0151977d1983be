/** Faults that were met once, each against the composed bridge: they do not come back. */
import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type App, createApp } from '../../../server/app.ts';
import type { TargetType } from '../../../server/core/target.ts';
import { encode, type HttpClient, newNonce, refusal } from '../../support/http-client.ts';
import { greeter, halfCloser, startTarget } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { useStage } from './fixtures.ts';

const stage = useStage();

const start = async (
  more: { keepMs?: number; targets?: Record<string, TargetType> } = {},
): Promise<App & { http: HttpClient }> => {
  const hosts = { clients: 'allow @loopback\n', targets: 'allow 127.0.0.1 *\n' };
  const running = await createApp({ hosts, ...more });
  return { ...running, http: await stage.listen(running.app) };
};

test('a target kind that holds on to what it was given gets every byte, though posts come in pairs the wrong way round', async () => {
  const { http } = await start({ targets: { tcp: { framing: 'bytes', connect: async () => new PassThrough() } } });
  const { key } = await http.open('127.0.0.1:9999');
  const bytes = Buffer.from(Array.from({ length: 200 * 1024 }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
  const size = 8 * 1024;
  const got: Buffer[] = [];
  let at = 0;
  const read = async (): Promise<void> => {
    const held = await http.hold('/receive', { key, from: at, mode: 'poll', hold: 0 });
    await held.rest();
    got.push(held.bytes);
    at += held.length;
  };
  const send = (from: number) => http.send(key, { at: from }, bytes.subarray(from, from + size));
  for (let from = 0; from < bytes.length; from += 2 * size) {
    if (from + size < bytes.length) await send(from + size);
    await send(from);
    await read();
  }
  while (at < bytes.length) await read();
  expect(Buffer.concat(got).equals(bytes)).toBe(true);
});

test('a raw answer that is over as it starts leaves nothing behind', async () => {
  const target = stage.closing(await halfCloser('hello'));
  const { http, bridge } = await start();
  const { key } = await http.open(target.to);
  while (!(await http.ask('/receive', { key, from: 0, mode: 'poll', hold: 1 })).text.includes('END'));
  for (let i = 0; i < 5; i += 1) expect((await http.ask('/receive', { key, from: 0 })).text).toBe('hello');
  expect(bridge.answers.size).toBe(0);
});

test('a body that comes slowly keeps its session', async () => {
  const target = stage.closing(await startTarget());
  const { http, bridge } = await start({ keepMs: 300 });
  const { key } = await http.open(target.to, { keep: 0 });
  const slowly = async function* () {
    for (let i = 0; i < 12; i += 1) {
      yield Buffer.from('x');
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  expect((await http.send(key, { at: 0 }, Readable.from(slowly()))).upNext).toBe(12);
  expect(bridge.router.sessions.find(key)?.state).toBe('open');
});

test('a body of unknown length that is refused changes nothing', async () => {
  const target = stage.closing(await greeter('12345'));
  const { http } = await start();
  const { key } = await http.open(target.to);
  await http.read(key, { count: 5 });
  await http.send(key, { at: 0 }, 'abc');
  const chunked = Readable.from([Buffer.from('xyz')]);
  expect(refusal(await http.ask('/send', { key, ack: 5, end: 10 }, { payload: chunked }))).toBe('400 BAD_REQUEST');
  expect((await http.read(key, { count: 5 })).toString()).toBe('12345');
  expect((await http.send(key, { at: 3 }, 'x'.repeat(20))).upNext).toBe(23);
});

test('a late repeat of the connect leaves a session alone that lives on a WebSocket', async () => {
  const target = stage.closing(await greeter('12345'));
  const { http } = await start();
  const asked = { to: target.to, nonce: newNonce() };
  const ws = stage.closing(await openWs(`${http.url}/connect`));
  ws.send(encode(asked));
  await ws.until('OK');
  ws.send(Buffer.from('abc'));
  expect(await ws.until('ACK')).toMatch(/^ACK 3 /);
  expect((await http.ask('/connect', { ...asked, as: 'lines' })).text).toMatch(/^MOVED [1-9]\d*\n$/);
  // Were it moved, it would be told so before this.
  ws.send('END');
  await ws.until('ACK');
  expect(ws.texts.filter((text) => text.startsWith('MOVED'))).toEqual([]);
});

test('a post that offers a WebSocket is told so in the words of the protocol', async () => {
  const { http } = await start();
  const answer = await http.exchangeRaw(
    'POST /send HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\nNO BAD_REQUEST leave out the Upgrade header/s);
});
