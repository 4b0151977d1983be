/** Bytes of any kind, as requests and as WebSocket frames: the bridge lives, and keeps no session and no socket of them. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../../server/app.ts';
import { HttpClient } from '../../support/http-client.ts';
import { echo, type Target } from '../../support/targets.ts';
import { frame } from './frame.ts';

const KEEP_MS = 300;
const VERBS = ['connect', 'receive', 'send', 'exchange', 'close', 'ticket', 'routed', 'nothing', ''];
const NAMES = [
  'to',
  'key',
  'from',
  'at',
  'ack',
  'end',
  'body',
  'as',
  'mode',
  'hold',
  'reader',
  'nonce',
  'pad',
  'rotate',
];
const VALUES = [
  '0',
  '1',
  '-1',
  '9007199254740992',
  '',
  'x',
  'poll',
  'lines',
  'frames',
  'base64',
  'utf8',
  '%',
  '%00',
  '&',
];

let target: Target;
let running: App;
let http: HttpClient;
let failures: string[];
let upgraded = 0;

beforeAll(async () => {
  target = await echo();
  running = await createApp({
    hosts: { clients: 'allow @loopback\n', targets: 'allow 127.0.0.1 *\n', routes: `/routed ${target.to}\n` },
    keepMs: KEEP_MS,
    holdMs: 20,
    nonceMs: 50,
    pingMs: 50,
  });
  http = new HttpClient(await running.app.listen({ host: '127.0.0.1', port: 0 }));
  failures = [];
  running.app.log.error = ((...said: unknown[]) =>
    void failures.push(JSON.stringify(said))) as typeof running.app.log.error;
});

afterEach(async () => {
  const { router, answers } = running.bridge;
  await expect.poll(() => router.sessions.size, { timeout: 15_000 }).toBe(0);
  await expect.poll(() => router.targets).toBe(0);
  await expect.poll(() => answers.size).toBe(0);
  await http.close();
  await expect.poll(connections, { timeout: 5000 }).toBe(0);
  http = new HttpClient(http.url);
  expect(failures).toEqual([]);
  // And it still does what it is for.
  const { key } = await http.open(target.to, { keep: 0 });
  await http.send(key, { at: 0 }, 'ping');
  expect((await http.read(key, { count: 4 })).toString()).toBe('ping');
  await http.ask('/close', { key });
});

afterAll(async () => {
  await http.close();
  await running.app.close();
  await target.close();
});

const connections = (): Promise<number> =>
  new Promise((resolve) => running.app.server.getConnections((_, count) => resolve(count)));

const dial = async (): Promise<Socket> => {
  const { port } = running.app.server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  await once(socket, 'connect');
  socket.resume();
  return socket;
};

/** Writes the parts, and leaves: by an end, or in the middle of everything. */
const say = async (parts: readonly (string | Uint8Array)[], abrupt: boolean): Promise<void> => {
  const socket = await dial();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) {
    if (socket.writable) await new Promise((resolve) => socket.write(part, resolve));
  }
  if (abrupt) socket.resetAndDestroy();
  else {
    socket.end();
    // A held answer would go on for a while after the end of its client.
    await Promise.race([closed, once(socket, 'data').catch(() => {})]);
    socket.destroy();
  }
  await closed;
};

/** Upgrades, says the frames, and waits until all were read or the bridge has closed; then the rest, and leaves. */
const talkFrames = async (
  head: string,
  frames: readonly Buffer[],
  rest: Uint8Array,
  abrupt: boolean,
): Promise<void> => {
  const socket = await dial();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let heard = '';
  const hears = (what: RegExp): Promise<unknown> =>
    Promise.race([
      closed,
      new Promise<void>((resolve) => {
        const look = (): void => void (what.test(heard) && resolve());
        socket.on('data', look);
        look();
      }),
    ]);
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.write(head);
  await hears(/\r\n\r\n/);
  if (heard.startsWith('HTTP/1.1 101 ')) {
    upgraded += 1;
    for (const bytes of frames) socket.write(bytes);
    socket.write(frame(0x89, Buffer.from('all read'), true));
    // Or a close frame, after which the bridge answers no ping.
    await hears(/all read|\x88/);
    socket.write(rest);
  }
  if (abrupt) socket.resetAndDestroy();
  else socket.end(() => socket.destroy());
  await closed;
};

const anyBytes = fc.uint8Array({ maxLength: 300 });
const anyText = fc.string({ unit: 'binary-ascii', maxLength: 60 });

const parameters = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES, 'TARGET', 'KEY'), anyText)), {
    maxLength: 6,
  })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${encodePart(value)}`).join('&'));

const encodePart = (value: string): string => (/^[\w%&-]*$/.test(value) ? value : encodeURIComponent(value));

const header = fc.oneof(
  fc.constantFrom(
    'Transfer-Encoding: chunked',
    'Content-Length: 7',
    'Content-Length: 0',
    'Content-Length: 99999999999',
    'Expect: 100-continue',
    'Content-Type: multipart/form-data',
    'Content-Encoding: gzip',
    'Upgrade: websocket',
    'Connection: Upgrade, close',
    'Origin: null',
    'Last-Event-ID: x',
  ),
  anyText.map((text) => `X-Any: ${text.replaceAll(/[\r\n]/g, ' ')}`),
);

it('any request to any verb', async () => {
  const request = fc.record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'HEAD', 'OPTIONS', 'PUT'),
    verb: fc.constantFrom(...VERBS),
    query: fc.oneof(fc.constant(''), parameters),
    headers: fc.array(header, { maxLength: 4 }),
    first: fc.oneof(fc.constant(''), parameters),
    body: anyBytes,
    abrupt: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, verb, query, headers, first, body, abrupt }) => {
      const { key } = await http.open(target.to, { keep: 0 });
      const fill = (text: string): string => text.replaceAll('TARGET', target.to).replaceAll('KEY', key);
      const line = `${method} /${verb}${query === '' ? '' : `?${fill(query)}`} HTTP/1.1`;
      const head = [line, `Host: ${http.host}`, 'Netwine: 1', ...headers, '', ''].join('\r\n');
      await say([head, fill(first), '\n', body], abrupt);
      await http.ask('/close', { key });
    }),
    { numRuns: 150 },
  );
});

it('bytes that are no request', async () => {
  await fc.assert(fc.asyncProperty(fc.array(anyBytes, { minLength: 1, maxLength: 3 }), fc.boolean(), say), {
    numRuns: 60,
  });
});

const message = fc.oneof(
  fc.constantFrom('ACK 0', 'ACK 99', 'END', 'to=TARGET', 'key=KEY&from=0', 'key=KEY&reader=5', 'PING', 'nonce=x'),
  anyText,
);

const anyFrame = fc.oneof(
  { weight: 3, arbitrary: message.map((text) => ({ first: 0x81, text })) },
  {
    weight: 2,
    arbitrary: fc.record({ first: fc.constantFrom(0x82, 0x88, 0x89, 0x8a, 0x02, 0x80, 0x00), text: anyText }),
  },
  { weight: 1, arbitrary: fc.record({ first: fc.integer({ min: 0, max: 255 }), text: anyText }) },
);

it('any frames on a WebSocket of either dialect', async () => {
  const talk = fc.record({
    path: fc.constantFrom('/connect', '/connect?to=TARGET', '/routed', '/receive', '/none'),
    dialect: fc.constantFrom('Sec-WebSocket-Protocol: netwine.1', 'Sec-WebSocket-Protocol: other', 'X-None: 1'),
    frames: fc.array(fc.tuple(anyFrame, fc.boolean()), { maxLength: 8 }),
    rubbish: fc.oneof(fc.constant(new Uint8Array(0)), anyBytes),
    abrupt: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(talk, async ({ path, dialect, frames, rubbish, abrupt }) => {
      const { key } = await http.open(target.to, { keep: 0 });
      const fill = (text: string): string => text.replaceAll('TARGET', target.to).replaceAll('KEY', key);
      const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', dialect];
      const key64 = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
      const head = [`GET ${fill(path)} HTTP/1.1`, `Host: ${http.host}`, ...upgrade, key64, '', ''].join('\r\n');
      // A frame without a mask is a fault of its own, so that most have one.
      const sent = frames.map(([{ first, text }, mask], at) => frame(first, Buffer.from(fill(text)), mask || at < 6));
      await talkFrames(head, sent, rubbish, abrupt);
      await http.ask('/close', { key });
    }),
    { numRuns: 150 },
  );
  expect(upgraded).toBeGreaterThan(50);
});
