/** An unmodified MQTT.js in a real browser against mosquitto, over long polls alone, by our class. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectAsync, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium, openWindow, type Watched } from '../support/chromium.ts';
import { type PeerServer, startMosquitto } from '../support/peer-servers.ts';
import { type PolledPages, printedPage, startPolledPages } from './polled-pages.ts';

const library = join(dirname(createRequire(import.meta.url).resolve('mqtt/package.json')), 'dist/mqtt.min.js');

let broker: PeerServer;
let directory: string;
let pages: PolledPages;
let browser: Browser;
let window: Watched;
/** Speaks plain TCP with the broker. */
let other: MqttClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'netwine-mqtt-'));
  [broker, browser] = await Promise.all([
    startMosquitto(),
    launchChromium(),
    cp(library, join(directory, 'mqtt.min.js')),
  ]);
  await writeFile(join(directory, 'printed.html'), printedPage(1, { 1883: broker.port }));
  // Chromium asks for it, and would complain that it is not there.
  await writeFile(join(directory, 'favicon.ico'), '');
  pages = await startPolledPages(directory, broker.port);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await pages.stop();
  await broker.stop();
  await rm(directory, { recursive: true });
});

/** Runs in the page beside the example, whose client it uses: what came, as it can leave the page, by topic. */
const beside = `
  const got = {};
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  client.on('message', async (topic, payload, { qos, retain }) => {
    const hash = hex(await crypto.subtle.digest('SHA-256', payload));
    (got[topic] ||= []).push({ qos, retain, length: payload.length, hash });
  });
  const pattern = (length) => Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255);
`;

const bulk = Buffer.from(Uint8Array.from({ length: 256 * 1024 }, (_, index) => (index * 31 + (index >> 8)) & 255));
const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const seen = (bytes: Uint8Array | string, qos: number, retain = false) => ({
  qos,
  retain,
  length: Buffer.byteLength(bytes),
  hash: hash(bytes),
});

beforeEach(async () => {
  [window, other] = await Promise.all([
    openWindow(browser, `${pages.url}/printed.html`),
    connectAsync(`mqtt://127.0.0.1:${broker.port}`),
  ]);
  await window.page.addScriptTag({ content: beside });
});

afterEach(async () => {
  await other.endAsync();
  await window.page.close();
  expect({ complaints: window.complaints, ways: pages.ways }).toEqual({ complaints: [], ways: ['poll'] });
});

const inPage = <T>(expression: string): Promise<T> => window.page.evaluate<T>(expression);

/** Waits until so many messages of a topic have come to the page. */
const gotInPage = async (topic: string, count: number): Promise<unknown[]> => {
  await window.page.waitForFunction(`got['${topic}']?.length >= ${count}`);
  return await inPage(`got['${topic}']`);
};

const next = (): Promise<{ topic: string; payload: Buffer; packet: IPublishPacket }> =>
  new Promise((resolve) => {
    other.once('message', (topic, payload, packet) => resolve({ topic, payload, packet }));
  });

test('the example of the README hears what it has published', async () => {
  await window.page.waitForFunction("document.getElementById('log').textContent === 'news: hello\\n'");
});

test('messages of QoS 0, 1 and 2 go both ways, each once and with its QoS', async () => {
  await inPage("client.subscribeAsync('down/+', { qos: 2 })");
  await other.subscribeAsync('up/+', { qos: 2 });
  for (const qos of [0, 1, 2] as const) {
    const arrived = next();
    await inPage(`client.publishAsync('up/${qos}', 'from the page: ${qos} ✓', { qos: ${qos} })`);
    const { topic, payload, packet } = await arrived;
    expect([topic, String(payload), packet.qos]).toEqual([`up/${qos}`, `from the page: ${qos} ✓`, qos]);
    await other.publishAsync(`down/${qos}`, `to the page: ${qos} ✓`, { qos });
    expect(await gotInPage(`down/${qos}`, 1)).toEqual([seen(`to the page: ${qos} ✓`, qos)]);
  }
  // What follows is behind every repeat that there could have been.
  await other.publishAsync('down/last', 'last', { qos: 2 });
  await gotInPage('down/last', 1);
  expect(await inPage("[0, 1, 2].map((qos) => got['down/' + qos].length)")).toEqual([1, 1, 1]);
});

test('256 KiB arrive whole both ways', async () => {
  await inPage("client.subscribeAsync('bulk/down', { qos: 1 })");
  await other.subscribeAsync('bulk/up', { qos: 1 });
  const arrived = next();
  await inPage(`client.publishAsync('bulk/up', pattern(${bulk.length}), { qos: 1 })`);
  const { payload } = await arrived;
  expect([payload.length, hash(payload)]).toEqual([bulk.length, hash(bulk)]);
  await other.publishAsync('bulk/down', bulk, { qos: 1 });
  expect(await gotInPage('bulk/down', 1)).toEqual([seen(bulk, 1)]);
});

test('a message that the broker keeps comes to who subscribes later', async () => {
  await other.publishAsync('kept/down', 'kept for the page', { qos: 1, retain: true });
  await inPage("client.subscribeAsync('kept/down', { qos: 1 })");
  expect(await gotInPage('kept/down', 1)).toEqual([seen('kept for the page', 1, true)]);
  await inPage("client.publishAsync('kept/up', 'kept by the page', { qos: 1, retain: true })");
  const arrived = next();
  await other.subscribeAsync('kept/up', { qos: 1 });
  const { payload, packet } = await arrived;
  expect([String(payload), packet.retain]).toEqual(['kept by the page', true]);
});

test('the broker sees a page that ends say goodbye', async () => {
  await window.page.waitForFunction('client.connected');
  const id = await inPage<string>('client.options.clientId');
  await inPage('client.endAsync()');
  const [told] = await broker.program.waitFor(new RegExp(`^.*Client ${id} .*(disconnect|clos|timed out).*$`, 'm'));
  expect(told).toMatch(/ disconnected\.$/);
  expect(await inPage('client.connected')).toBe(false);
});
