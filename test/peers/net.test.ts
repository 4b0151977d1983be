/** An unmodified database client that was written for `net`, bundled into a page that may only poll, and a real Redis. */
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withPorts } from '../readme/readme.ts';
import { launchChromium, openWindow } from '../support/chromium.ts';
import { type PeerServer, startRedis } from '../support/peer-servers.ts';
import { freePort } from '../support/ports.ts';
import { type Running, startBridge } from './bridge.ts';
import { type BundledPages, bundlePages } from './bundled-page.ts';

const LENGTH = 256 * 1024;

let redis: PeerServer;
let pages: BundledPages;
let bridge: Running;
let browser: Browser;
let page: Page;
let complaints: string[];
let refusedPort: number;
/** What the page asks the bridge for: the path, and of a question for bytes how it wants them. */
const asked = new Set<string>();

const besideClient = () => createClient({ socket: { host: '127.0.0.1', port: redis.port } });

/** Redis as those see it who are beside it: by the same client, over TCP. */
const beside = async <T>(use: (client: ReturnType<typeof besideClient>) => Promise<T>): Promise<T> => {
  const client = besideClient();
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};

const call = <T>(name: string, ...values: unknown[]): Promise<T> =>
  page.evaluate<T>(`${name}(${values.map((value) => JSON.stringify(value)).join()})`);

beforeAll(async () => {
  [redis, refusedPort] = await Promise.all([startRedis(), freePort()]);
  const own = fileURLToPath(new URL('pages/database.js', import.meta.url));
  pages = await bundlePages(own, (text) => withPorts(text, { 6379: redis.port }));
  browser = await launchChromium();
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${redis.port}`, `allow 127.0.0.1 ${refusedPort}`],
    args: ['--static', pages.directory],
  });
  ({ page, complaints } = await openWindow(browser, `${bridge.url}/database.html`));
  await page.waitForFunction("document.getElementById('log').textContent === 'ready'");
  page.on('websocket', () => asked.add('websocket'));
  page.on('request', (request) => {
    const mode = /\bmode=\w+/.exec(request.postData() ?? '')?.[0] ?? '';
    asked.add(`${request.resourceType()} ${new URL(request.url()).pathname} ${mode}`.trim());
  });
  expect(await call('open', redis.port)).toEqual(['connect', 'ready']);
}, 60_000);

afterAll(async () => {
  // Where the bundle fails, not all of them are there.
  await browser?.close();
  await bridge?.stop();
  await redis?.stop();
  await pages?.remove();
});

test('all byte values are stored and come back', async () => {
  expect(await call('allBytes')).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
});

test('a hundred commands that do not wait for each other are answered in their order', async () => {
  const answers = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : `echo ${i}`));
  expect(await call('pipeline', 100)).toEqual(answers);
  const row = await beside((client) => client.lRange('row', 0, -1));
  expect(row).toEqual(Array.from({ length: 50 }, (_, i) => String(2 * i)));
});

test('256 KiB arrive at Redis, and come from it', async () => {
  const sent = await call<string>('store', 'up', LENGTH);
  expect(await beside((client) => client.sendCommand(['STRLEN', 'up']))).toBe(LENGTH);
  expect(await call('fetchDigest', 'up')).toBe(sent);
  const value = randomBytes(LENGTH);
  await beside((client) => client.set('down', value));
  expect(await call('fetchDigest', 'down')).toBe(createHash('sha256').update(value).digest('hex'));
});

test('a socket without a client hears the end', async () => {
  expect(await call('ended', redis.port)).toEqual(['connect', '+PONG\r\n+OK\r\n', 'end', 'close', false]);
});

test('a port that is refused is an error with the code of Node', async () => {
  const { isError, code, message } = await call<{ isError: boolean; code: string; message: string }>(
    'refused',
    refusedPort,
  );
  expect({ isError, code }).toEqual({ isError: true, code: 'ECONNREFUSED' });
  expect(message).toContain(`connect ECONNREFUSED 127.0.0.1:${refusedPort}`);
});

test('the module gives what packages import, by name and as one object', async () => {
  expect(await call('face')).toEqual([true, true, 6, 'function']);
});

test('quit ends the connection for both sides', async () => {
  const connected = (): Promise<number> => beside(async (client) => (await client.clientList()).length);
  expect(await connected()).toBe(2);
  expect(await call('quit')).toEqual(['OK', ['connect', 'ready', 'end']]);
  const [, id = ''] = await bridge.program.waitFor(/"session":"([\w-]+)".*"session opened"/);
  const [, reason] = await bridge.program.waitFor(new RegExp(`"${id}".*"reason":"(\\w+)".*"session ended"`));
  expect(reason).toBe('CLOSED');
  expect(await connected()).toBe(1);
});

test('nothing but polls has carried all that', () => {
  expect([...asked].sort()).toEqual(['xhr /close', 'xhr /connect mode=poll', 'xhr /receive mode=poll', 'xhr /send']);
  // The refused port.
  expect(complaints).toEqual([expect.stringContaining('502')]);
});

test('the page of client/README.md asks Redis', async () => {
  const printed = await openWindow(browser, `${bridge.url}/page.html`);
  await printed.page.waitForFunction("document.getElementById('log').textContent === 'PONG'");
  expect(printed.complaints).toEqual([]);
});
