/** The console page in Chromium: every byte value there and back, half-close, ends, and a reload in the middle. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium, openWindow } from '../support/chromium.ts';
import { type RunningBridge, startBridgeProgram } from './program.ts';

let echo: Server;
let bridge: RunningBridge;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
const sockets = new Set<Socket>();

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  // Sends back what it gets, and ends when it was ended.
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  [bridge, browser] = await Promise.all([startBridgeProgram(`allow 127.0.0.1 ${portOf(echo)},1\n`), launchChromium()]);
}, 30_000);

afterAll(async () => {
  await Promise.all([bridge.stop(), browser.close()]);
  for (const socket of sockets) socket.destroy();
  echo.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  ({ page, complaints } = await openWindow(context, `${bridge.url}/console.html?to=127.0.0.1:${portOf(echo)}`));
});

afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const ways = ['websocket', 'fetch-stream', 'xhr-stream', 'events', 'html-frame', 'xhr-poll', 'exchange'];

/** Leaves these switched on, and no others. */
const allow = async (...names: string[]): Promise<void> => {
  for (const box of await page.locator('#ways label').all()) {
    await box.getByRole('checkbox').setChecked(names.includes(((await box.textContent()) ?? '').trim()));
  }
};

/** Connects by one transport alone. */
const connect = async (transport: string): Promise<void> => {
  await allow(transport);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText(/^Connected by/).waitFor();
};

const send = async (text: string, form: string): Promise<void> => {
  await page.getByLabel('Send as').selectOption(form);
  await page.getByLabel('What to send').fill(text);
  await page.getByLabel('What to send').press('Enter');
};

const fact = (name: string, value: string | RegExp) =>
  page.locator('.facts tr', { has: page.getByRole('rowheader', { name, exact: true }) }).getByText(value);

const moves = (): Promise<string[]> => page.locator('#moves .what').allTextContents();

const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));

/** The bytes that the hex view shows. */
const shown = async (): Promise<Buffer> => {
  const rows = ((await page.getByLabel('Bytes received').textContent()) ?? '').split('\n');
  return Buffer.from(rows.map((row) => row.slice(10, 57).replaceAll(' ', '')).join(''), 'hex');
};

test.each(ways)('all 256 byte values go there and back as hex (%s)', async (transport) => {
  await connect(transport);
  await fact('Transport', transport).waitFor();
  await page.getByLabel('hex', { exact: true }).check();
  await send(all.toString('hex').replaceAll(/../g, '$& '), 'hex');
  await fact('Down', /^256 received/).waitFor();
  await page.getByText('000000f0').waitFor();
  expect(await shown()).toEqual(all);
  await fact('Up', '256 written, 256 taken').waitFor();
});

test('text is shown as text, and control characters as their pictures', async () => {
  await connect('fetch-stream');
  await send('Grüße ✓ <b>\u0007', 'crlf');
  await send('\u001b[31mred', 'lf');
  await page.getByText('Grüße ✓ <b>␇\n␛[31mred\n').waitFor();
});

test('what is no hex is refused with a word on what is', async () => {
  await connect('fetch-stream');
  await send('4', 'hex');
  await page.getByText('Hex is pairs of digits').waitFor();
  await send('48 49', 'hex');
  await page.getByText('HI', { exact: true }).waitFor();
});

test('end sending half-closes: what was sent comes back whole, then the session ends cleanly', async () => {
  await connect('fetch-stream');
  await send('last words', 'bare');
  await page.getByRole('button', { name: 'End sending' }).click();
  await fact('End', /^CLOSED: .*\(10 down, 10 up\)$/).waitFor();
  await page.getByText('Ended', { exact: true }).waitFor();
  expect(await page.getByLabel('Bytes received').textContent()).toBe('last words');
});

test('an exchange that is asked anew to end what is sent is no broken answer', async () => {
  await connect('exchange');
  await send('last words', 'bare');
  await page.getByText('last words', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'End sending' }).click();
  await fact('End', /^CLOSED: .*\(10 down, 10 up\)$/).waitFor();
  const ends = ['CLOSED: both directions have ended', 'the target has finished sending'];
  expect(await moves()).toEqual([...ends, 'open', 'exchange']);
  await fact('Retries', '0').waitFor();
});

test('close ends the connection to the target at once', async () => {
  const connected = once(echo, 'connection');
  await connect('xhr-poll');
  const [socket] = (await connected) as [Socket];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await page.getByRole('button', { name: 'Close' }).click();
  await fact('End', 'LEFT: closed by this page').waitFor();
  await closed;
});

test('a refused and a denied target each say why', async () => {
  await page.getByLabel('Target').fill('127.0.0.1:1');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await fact('End', /^REFUSED: /).waitFor();
  await page.getByLabel('Target').fill('127.0.0.1:2');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await fact('End', /^DENIED_TARGET: /).waitFor();
  // A browser notes each answer with such a status.
  expect(complaints.splice(0)).toHaveLength(2);
});

test.each(ways)('a reload in the middle loses and doubles no byte (%s)', async (transport) => {
  await connect(transport);
  await page.getByLabel('hex', { exact: true }).check();
  const sent: Buffer[] = [];
  for (let i = 0; i < 4; i += 1) {
    const bytes = Buffer.concat([Buffer.from([i]), all.subarray(0, 99)]);
    sent.push(bytes);
    await send(bytes.toString('hex'), 'hex');
    await page.reload();
    await page.getByLabel('hex', { exact: true }).check();
  }
  await fact('Down', /^400 received/).waitFor();
  await page.getByText('00000180').waitFor();
  expect(await shown()).toEqual(Buffer.concat(sent));
});

test('the view shows how it moves from a poll to a WebSocket, and what the wire knows', async () => {
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await fact('Transport', 'websocket').waitFor();
  expect(await moves()).toEqual(['xhr-poll \u2192 websocket', 'open', 'xhr-poll']);
  expect(await page.locator('#strip .part').count()).toBe(2);
  await fact('Session', /, bytes, window 256 KiB down, 64 KiB up, kept 120 s$/).waitFor();
  await send('abc', 'bare');
  await fact('Down', /^3 received/).waitFor();
  await fact('Up', '3 written, 3 taken').waitFor();
});

test('a round trip is measured by posts, and not by what a socket acknowledges once a second', async () => {
  await connect('xhr-stream');
  await send('one ', 'bare');
  await fact('Round trip', /^\d+ ms, at best \d+ ms$/).waitFor();
  await allow('websocket');
  await page.getByRole('button', { name: 'Use these now' }).click();
  await fact('Transport', 'websocket').waitFor();
  await send('two', 'bare');
  await fact('Up', '7 written, 7 taken').waitFor();
  await fact('Round trip', 'not measured: a socket is acknowledged once a second').waitFor();
});

test('switching transports moves a connection that is open, and loses nothing', async () => {
  await connect('websocket');
  await send('one ', 'bare');
  await page.getByText('one', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Use these now' }).count()).toBe(0);
  await allow('xhr-stream', 'xhr-poll');
  await page.getByRole('button', { name: 'Use these now' }).click();
  await fact('Transport', 'xhr-stream').waitFor();
  await send('two', 'bare');
  await page.getByText('one two', { exact: true }).waitFor();
  await fact('Down', /^7 received/).waitFor();
  expect(await page.getByLabel('websocket').isChecked()).toBe(false);
});

test('transports that this engine does not have are told as such, and others may be switched on', async () => {
  await allow('xdr');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Failed: This engine has no way to receive.').waitFor();
  await connect('xhr-poll');
  expect(await page.locator('#fault').textContent()).toBe('');
});

test('without any transport it says what is missing', async () => {
  await allow();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Switch on one transport at least.').waitFor();
});
