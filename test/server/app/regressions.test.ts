/** Faults that were met once, each against the composed bridge: they do not come back. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type App, createApp } from '../../../server/app.ts';
import type { TargetType } from '../../../server/core/target.ts';

const start = async (
  more: { keepMs?: number; targets?: Record<string, TargetType> } = {},
): Promise<App & { url: string }> => {
  const hosts = { clients: 'allow @loopback\n', targets: 'allow 127.0.0.1 *\n' };
  const running = await createApp({ hosts, ...more });
  const url = await running.app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => running.app.close());
  return { ...running, url };
};

const post = async (url: string, body: string | Uint8Array<ArrayBuffer>): Promise<string> =>
  (await fetch(url, { method: 'POST', body, headers: { Netwine: '1' } })).text();

const openKey = async (url: string, port: number, more = ''): Promise<string> => {
  const text = await post(`${url}/connect?to=127.0.0.1:${port}&mode=poll&hold=0${more}`, '');
  return /^OK (\S+)/.exec(text)?.[1] ?? '';
};

test('a target kind that holds on to what it was given gets every byte, though posts come in pairs the wrong way round', async () => {
  const { url } = await start({ targets: { tcp: { framing: 'bytes', connect: async () => new PassThrough() } } });
  const key = await openKey(url, 9999);
  const bytes = Uint8Array.from({ length: 200 * 1024 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
  const size = 8 * 1024;
  const got: Buffer[] = [];
  let at = 0;
  const read = async (): Promise<void> => {
    const text = await post(`${url}/receive`, `key=${key}&from=${at}&mode=poll&hold=0`);
    for (const [, data = ''] of text.matchAll(/^DATA (.*)$/gm)) got.push(Buffer.from(data, 'base64'));
    at = got.reduce((sum, chunk) => sum + chunk.length, 0);
  };
  const send = async (from: number): Promise<void> =>
    expect(await post(`${url}/send?key=${key}&at=${from}`, bytes.slice(from, from + size))).toMatch(/^OK /);
  for (let from = 0; from < bytes.length; from += 2 * size) {
    if (from + size < bytes.length) await send(from + size);
    await send(from);
    await read();
  }
  while (at < bytes.length) await read();
  expect(Buffer.concat(got).equals(bytes)).toBe(true);
});

test('a raw answer that is over as it starts leaves nothing behind', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { url, bridge } = await start();
  const key = await openKey(url, (server.address() as { port: number }).port);
  while (!(await post(`${url}/receive`, `key=${key}&from=0&mode=poll&hold=1`)).includes('END'));
  for (let i = 0; i < 5; i += 1) expect(await post(`${url}/receive`, `key=${key}&from=0`)).toBe('hello');
  expect(bridge.answers.size).toBe(0);
});

test('a body that comes slowly keeps its session', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { url, bridge } = await start({ keepMs: 300 });
  const key = await openKey(url, (server.address() as { port: number }).port);
  const slowly = async function* () {
    for (let i = 0; i < 12; i += 1) {
      yield Buffer.from('x');
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  const answer = await fetch(`${url}/send?key=${key}&at=0`, {
    method: 'POST',
    body: slowly(),
    duplex: 'half',
  } as RequestInit);
  expect(await answer.text()).toMatch(/^OK 12 /);
  expect(bridge.router.sessions.find(key)?.state).toBe('open');
});

test('a body of unknown length that is refused changes nothing', async () => {
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .write('12345'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { url } = await start();
  const key = await openKey(url, (server.address() as { port: number }).port);
  while (!(await post(`${url}/receive`, `key=${key}&from=0&mode=poll&hold=1`)).includes('DATA'));
  await post(`${url}/send?key=${key}&at=0`, 'abc');
  const chunked = async function* () {
    yield Buffer.from('xyz');
  };
  const refused = await fetch(`${url}/send?key=${key}&ack=5&end=10`, {
    method: 'POST',
    body: chunked(),
    duplex: 'half',
  } as RequestInit);
  expect(await refused.text()).toMatch(/^NO BAD_REQUEST /);
  expect(await post(`${url}/receive`, `key=${key}&from=0&mode=poll&hold=0`)).toContain(`DATA ${btoa('12345')}`);
  expect(await post(`${url}/send?key=${key}&at=3`, 'x'.repeat(20))).toMatch(/^OK 23 /);
});

test('a late repeat of the connect leaves a session alone that lives on a WebSocket', async () => {
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .write('12345'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { url } = await start();
  const to = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const nonce = 'n'.repeat(22);
  const ws = new WebSocket(`${url.replace('http', 'ws')}/connect`, 'netwine.1');
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  ws.send(`to=${to}&nonce=${nonce}`);
  const texts: string[] = [];
  ws.on('message', (data, binary) => void (binary || texts.push(String(data))));
  while (!texts.some((text) => text.startsWith('OK'))) await once(ws, 'message');
  ws.send(Buffer.from('abc'));
  while (!texts.some((text) => text.startsWith('ACK 3 '))) await once(ws, 'message');
  expect(await post(`${url}/connect`, `to=${to}&nonce=${nonce}&as=lines`)).toMatch(/^MOVED [1-9]\d*\n$/);
  expect(texts.filter((text) => text.startsWith('MOVED'))).toEqual([]);
});

test('a post that offers an upgrade is told so in the words of the protocol', async () => {
  const { url } = await start();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    'POST /send HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n',
  );
  const answer = (await socket.toArray()).join('');
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\nNO BAD_REQUEST leave out the Upgrade header/s);
});
