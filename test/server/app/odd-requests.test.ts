/** Requests that are odd but lawful, or hardly requests at all: each gets an answer in the wire's words. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createApp } from '../../../server/app.ts';
import { encode, type HttpClient, refusal } from '../../support/http-client.ts';
import { echo, halfCloser, startTarget } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { useStage } from './fixtures.ts';

const stage = useStage();

const start = async () => {
  const hosts = { clients: 'allow @loopback\n', targets: 'allow 127.0.0.1 *\n' };
  const running = await createApp({ hosts });
  return { ...running, http: await stage.listen(running.app) };
};

const H2C = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQA\r\n';
const raw = (http: HttpClient, line: string, more: string, body = ''): Promise<string> =>
  http.exchangeRaw([
    `${line} HTTP/1.1\r\nHost: ${http.host}\r\nNetwine: 1\r\n${more}Content-Length: ${body.length}\r\n\r\n`,
    ...(body === '' ? [] : [body.slice(0, 1), body.slice(1)]),
  ]);

test('an offer of HTTP/2 is no upgrade: the request is read as if it were not there, its body too', async () => {
  const { http } = await start();
  const target = stage.closing(await startTarget());
  const connected = await raw(http, 'POST /connect', H2C, encode({ to: target.to, mode: 'poll', hold: 0 }));
  expect(connected).toMatch(/^HTTP\/1\.1 200 /);
  const [, key = ''] = /\nOK (\S+)/.exec(connected) ?? [];
  const sent = await raw(http, 'POST /send', H2C, `${encode({ key, at: 0 })}\nhello`);
  expect(sent).toMatch(/\r\n\r\nOK 5 \d+ 0\n$/);
  expect((await target.peers[0]?.bytes(5))?.toString()).toBe('hello');
});

test('a path that cannot be decoded is refused after its Host', async () => {
  const { http } = await start();
  expect(await raw(http, 'POST /%zz', 'Connection: close\r\n')).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\nNO BAD_REQUEST /s);
  const elsewhere = await http.exchangeRaw('POST /%zz HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n');
  expect(elsewhere).toMatch(/^HTTP\/1\.1 421 .*\r\n\r\nNO MISDIRECTED /s);
});

// Found by the fuzz, whose bridges were left with descriptors: any seed does it.
test.each(['GET', 'POST'])(
  'a %s that upgrades a path that cannot be decoded is refused, and its connection ends',
  async (method) => {
    const { http } = await start();
    const answer = await raw(http, `${method} /%zz`, 'Connection: Upgrade\r\nUpgrade: websocket\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\nNO BAD_REQUEST /s);
  },
);

test('where nothing is a Content-Type that cannot be read makes no difference', async () => {
  const { http } = await start();
  const answer = await raw(http, 'POST /none', 'Content-Type: multi: x/y\r\nConnection: close\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 404 .*\r\n\r\nNO BAD_REQUEST /s);
});

test.each([
  ['a path that is no ASCII', 'GET /\xe9 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400],
  ['two lengths', 'POST /send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  ['a head that is too long', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('%s is told so and nothing more', async (_, bytes, status) => {
  const { http } = await start();
  const answer = await http.exchangeRaw(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\nX-Content-Type-Options: nosniff\r\n`, 's'));
  expect(answer).toMatch(/\r\n\r\nNO BAD_REQUEST [^\n]*\n$/);
});

// Found under fire, by {"seed":-1585680491,"fates":[{"halfClose":{"side":"up","after":78}}]}: a client that was told
// BAD_REQUEST for a request that was cut on its way gave its session up.
test.each([
  ['in its head', 'POST /connect HTTP/1.1\r\nHost: 127.0.0.1\r\nNetw'],
  ['in its parameters', 'POST /connect HTTP/1.1\r\nHost: 127.0.0.1\r\nNetwine: 1\r\nContent-Length: 90\r\n\r\nto=12'],
])('a request that ends %s was cut, and is answered with nothing', async (_, bytes) => {
  const { http } = await start();
  const socket = await http.socket();
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.end(bytes);
  await once(socket, 'close');
  expect(answer).toBe('');
});

test('GET and HEAD of a verb are bad requests', async () => {
  const { http } = await start();
  for (const path of ['/connect', '/receive', '/send', '/exchange', '/close', '/ticket']) {
    expect(refusal(await http.ask(path, {}, { method: 'GET' })), path).toBe('400 BAD_REQUEST');
    expect((await http.ask(path, {}, { method: 'HEAD' })).status, path).toBe(400);
  }
});

test('a raw answer that is over as it starts ends properly and keeps its connection', async () => {
  const target = stage.closing(await halfCloser('hello'));
  const { http } = await start();
  const { key } = await http.open(target.to);
  expect(await http.send(key, { end: 0 })).toMatchObject({ upNext: 0 });
  while (!(await http.ask('/receive', { key, mode: 'poll', hold: 1, ended: 1 })).text.includes('ERR CLOSED'));
  const body = encode({ key, from: 0 });
  const one = `POST /receive HTTP/1.1\r\nHost: ${http.host}\r\nContent-Length: ${body.length}\r\n`;
  const both = await http.exchangeRaw(`${one}\r\n${body}${one}Connection: close\r\n\r\n${body}`);
  expect(both.match(/hello/g)).toHaveLength(2);
});

test('an exchange that appends closes its connection, as a send does', async () => {
  const { http } = await start();
  const target = stage.closing(await echo());
  const { key } = await http.open(target.to);
  const answer = await http.ask('/exchange', { key, hold: 0 }, { payload: 'abc' });
  expect([answer.text.slice(0, 4), answer.headers.connection]).toEqual(['OK 3', 'close']);
});

test('hundreds of posts in any order reach the target once each', async () => {
  const { http } = await start();
  const target = stage.closing(await startTarget());
  const { key } = await http.open(target.to);
  const order = Array.from({ length: 300 }, (_, index) => (index * 181 + 7) % 300);
  for (const at of order) await http.send(key, { at }, String.fromCharCode(33 + (at % 90)));
  const whole = Array.from({ length: 300 }, (_, at) => String.fromCharCode(33 + (at % 90))).join('');
  expect((await (await target.peer()).bytes(300)).toString()).toBe(whole);
});

test('a target that is named twice on one socket is refused', async () => {
  const { http } = await start();
  const ws = stage.closing(await openWs(`${http.url}/connect?to=127.0.0.1:1`));
  ws.send('to=127.0.0.1:2');
  expect(await ws.until('NO')).toMatch(/^NO BAD_REQUEST to is given twice/);
});

test('a socket that has said nothing yet is told when the bridge stops', async () => {
  const { http, app } = await start();
  const ws = stage.closing(await openWs(`${http.url}/connect`));
  const closed = app.close();
  expect(await ws.until('NO')).toMatch(/^NO DRAINING /);
  expect((await ws.closed).code).toBe(4503);
  await closed;
});
