/** The pages of README.md and client/README.md, as printed, in Chromium: served by a bridge, and Redis answers. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { projectRoot } from '../house/tree.ts';
import { launchChromium, openWindow } from '../support/chromium.ts';
import { type PeerServer, startRedis } from '../support/peer-servers.ts';
import { block, readme, withPorts } from './readme.ts';
import { makeRoom, type Room } from './room.ts';

const OWN = 'A page of your own';

const ofClient = readFileSync(join(projectRoot, 'client/README.md'), 'utf8');

let room: Room;
let redis: PeerServer;
let browser: Browser;
let url: string;
let context: BrowserContext;
let complaints: string[];

const printed = (text: string): string => withPorts(text, { 6379: redis.port });

beforeAll(async () => {
  [room, redis, browser] = await Promise.all([makeRoom(), startRedis(), launchChromium()]);
  await room.run(printed(block('Your own targets', 'sh')));
  await mkdir(join(room.directory, 'DIR'));
  // Chromium asks for it, and would complain that it is not there.
  await writeFile(join(room.directory, 'DIR/favicon.ico'), '');
  const serve = /`(netwine serve [^`]*--static DIR)`/.exec(readme)?.[1] ?? '';
  const bridge = await room.start(`exec ${serve} --listen 127.0.0.1:0 --drain 0`, /listens at \S+;/);
  url = (await bridge.waitFor(/listens at (http:[^;\s]+);/))[1] ?? '';
});

afterAll(async () => {
  await browser.close();
  await room.close();
  await redis.stop();
});

beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

/** Opens the page that stands below that heading. */
const open = async (heading: string, text = ofClient): Promise<Page> => {
  await writeFile(join(room.directory, 'DIR/page.html'), printed(block(heading, 'html', 0, text)));
  const window = await openWindow(context, `${url}/page.html`);
  complaints = window.complaints;
  return window.page;
};

const logged = async (page: Page, text: string): Promise<void> => {
  await page.waitForFunction(`document.getElementById('log').textContent === ${JSON.stringify(text)}`);
};

test('the page of README.md shows the answer in its title', async () => {
  const page = await open(OWN, readme);
  await page.waitForFunction("document.title === '+PONG'");
  expect(await page.locator('meta').getAttribute('content')).toMatch(/^[\w.-]{20,}$/);
});

test('a page connects, asks, and sees the end of both directions', async () => {
  await logged(await open('A page'), '+PONG\r\n+OK\r\nit has ended\nclosed: CLOSED\n');
});

test('a page speaks by the class that is shaped like WebSocket', async () => {
  await logged(await open('A class shaped like WebSocket'), '+PONG\r\n');
});

test('a page speaks by the streams of the module', async () => {
  await logged(await open('The module, and TCPSocket'), '+PONG\r\n');
});

test('after a reload a page has all that was told before, once, and goes on', async () => {
  const page = await open('After a reload');
  await logged(page, ':1\r\n');
  await page.reload();
  await logged(page, ':1\r\n:2\r\n');
});
