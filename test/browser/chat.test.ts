/** The demo as people see it: two windows of Chromium chat through the bridge, one of them restricted to polling. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium, openWindow, type Watched } from '../support/chromium.ts';
import { type RunningDemo, startDemoProgram } from './program.ts';

let demo: RunningDemo;
let browser: Browser;
let windows: Watched[] = [];

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoProgram(), launchChromium()]);
}, 30_000);

afterAll(async () => {
  await Promise.all([demo.program.stop(), browser.close()]);
});

afterEach(async () => {
  const complaints = windows.flatMap((window) => window.complaints);
  for (const { page } of windows) await page.context().close();
  windows = [];
  expect(complaints).toEqual([]);
});

const by = (url: string, transport: string): string => {
  const restricted = new URL(url);
  restricted.searchParams.set('transport', transport);
  return restricted.href;
};

/** Opens a window of its own. */
const open = async (url: string, options?: BrowserContextOptions): Promise<Page> => {
  const window = await openWindow(await browser.newContext(options), url);
  windows.push(window);
  return window.page;
};

/** Joins the chat under a name; a window that is just closed stays in the chat for a while, so each test has its own. */
const join = async (page: Page, name: string): Promise<Page> => {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Your name').press('Enter');
  await page.getByText(`is now ${name}.`).waitFor();
  return page;
};

const say = async (page: Page, line: string): Promise<void> => {
  await page.getByLabel('Message').fill(line);
  await page.getByLabel('Message').press('Enter');
};

/** What was said, as name and text; the notices of joins and leaves come and go with other windows. */
const said = async (page: Page): Promise<string[]> =>
  (await page.locator('#log .said').allTextContents()).map((text) => text.trim());

const requests = (page: Page): { url: string; body: string }[] => {
  const seen: { url: string; body: string }[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') seen.push({ url: request.url(), body: request.postData() ?? '' });
  });
  return seen;
};

test('two windows chat both ways, one as it likes and one polling', async () => {
  const ada = await join(await open(demo.chatPage), 'Ada');
  const ben = await join(await open(by(demo.chatPage, 'poll')), 'Ben');
  await ada.getByText('Connected by WebSocket').waitFor();
  await ben.getByText('Connected by polling').waitFor();
  for (let i = 1; i <= 5; i += 1) {
    await say(ada, `question ${i} ✓`);
    await ben.getByText(`question ${i} ✓`).waitFor();
    await say(ben, `answer ${i} <b>&amp;`);
    await ada.getByText(`answer ${i} <b>&amp;`).waitFor();
  }
  const wanted = [1, 2, 3, 4, 5].flatMap((i) => [`Ada: question ${i} ✓`, `Ben: answer ${i} <b>&amp;`]);
  expect(await said(ada)).toEqual(wanted);
  expect(await said(ben)).toEqual(wanted);
});

test('the polling window asks for nothing but polls, and no key stands in an address', async () => {
  const cleo = await join(await open(demo.chatPage), 'Cleo');
  const dan = await open(by(demo.chatPage, 'poll'));
  const seen = requests(dan);
  await join(dan, 'Dan');
  await say(cleo, 'one');
  await dan.getByText('one', { exact: true }).waitFor();
  await say(dan, 'two');
  await cleo.getByText('two', { exact: true }).waitFor();
  const reading = seen.filter(({ url }) => /\/(connect|receive)$/.test(url));
  expect(reading.length).toBeGreaterThan(1);
  for (const { body } of reading) expect(body).toContain('mode=poll');
  const key = /key=([^&\n]+)/.exec(seen.find(({ url }) => url.endsWith('/receive'))?.body ?? '')?.[1];
  expect(key).toMatch(/^.{16,}$/);
  for (const { url } of seen) expect(url).not.toContain(key);
});

test.each([
  { transport: 'socket', names: ['Eva', 'Finn'] as const },
  { transport: 'fetch-stream', names: ['Ewa', 'Falk'] as const },
  { transport: 'xhr-stream', names: ['Ede', 'Frida'] as const },
  { transport: 'poll', names: ['Gina', 'Hugo'] as const },
  { transport: 'exchange', names: ['Gerd', 'Hanna'] as const },
])('a reload in the middle loses and doubles no line ($transport)', async ({ transport, names: [hers, his] }) => {
  const ada = await join(await open(demo.chatPage), hers);
  const ben = await join(await open(by(demo.chatPage, transport)), his);
  const wanted: string[] = [];
  for (let i = 1; i <= 6; i += 1) {
    await say(ben, `before ${i}`);
    const reload = ben.reload();
    await say(ada, `during ${i}`);
    await reload;
    await ben.getByText(`during ${i}`).waitFor();
    await ada.getByText(`before ${i}`).waitFor();
    wanted.push(`${his}: before ${i}`, `${hers}: during ${i}`);
  }
  await say(ben, 'done');
  await ada.getByText('done', { exact: true }).waitFor();
  await ben.getByText('done', { exact: true }).waitFor();
  const lines = await said(ben);
  expect(lines).toEqual(await said(ada));
  expect([...lines].sort()).toEqual([...wanted, `${his}: done`].sort());
});

test('who quits is told so, and may join again', async () => {
  const page = await join(await open(demo.chatPage), 'Ida');
  await say(page, '/quit');
  await page.getByText('* Goodbye.').waitFor();
  await page.getByText('Ended').waitFor();
  await page.getByRole('button', { name: 'Join again' }).click();
  await page.getByText('is now Ida.').waitFor();
  await page.getByText('Connected by WebSocket').waitFor();
  expect(await page.locator('#log li').count()).toBe(3);
});

test('who asks for a transport that there is not is told so, and the page stays', async () => {
  const address = by(demo.chatPage, 'nonsense');
  const page = await open(address);
  await page.getByLabel('Your name').fill('Jo');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Failed: This engine has no way to receive.').waitFor();
  expect([page.url(), await page.getByLabel('Your name').inputValue()]).toEqual([address, 'Jo']);
});

test('a reload after the end does not join again by itself', async () => {
  const page = await join(await open(demo.chatPage), 'Jan');
  await say(page, '/quit');
  await page.getByText('Ended').waitFor();
  await page.reload();
  await page.getByText('Not connected').waitFor();
});

const narrow = { viewport: { width: 360, height: 640 }, colorScheme: 'dark' } as const;

const isWider = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

test('the chat fits a window as narrow as a phone', async () => {
  const page = await join(await open(demo.chatPage, narrow), 'Kim');
  await say(page, 'x'.repeat(200));
  await page.getByText('x'.repeat(200)).waitFor();
  expect(await isWider(page)).toBe(false);
});

test('the first page leads to the others, and all fit a window as narrow as a phone', async () => {
  const page = await open(new URL('./', demo.chatPage).href, narrow);
  await page.getByText(`${new URL(demo.chatPage).origin}/connect?to=`).waitFor();
  expect(await isWider(page)).toBe(false);
  await page.getByRole('link', { name: 'Console' }).click();
  await page.getByRole('button', { name: 'Connect' }).waitFor();
  expect(await isWider(page)).toBe(false);
  await page.getByRole('link', { name: 'netwine' }).click();
  await page.getByRole('link', { name: 'restricted to polling' }).click();
  await page.getByRole('button', { name: 'Join' }).waitFor();
  expect(await isWider(page)).toBe(false);
});

test('the first page has the address of its bridge without scripts, too', async () => {
  const page = await open(new URL('./', demo.chatPage).href, { javaScriptEnabled: false });
  await page.getByText(`curl -sN -X POST '${new URL(demo.chatPage).origin}/connect?to=127.0.0.1:`).waitFor();
});

test('a page in a frame of another site does nothing', async () => {
  const site = createServer((_, response) => {
    response
      .setHeader('Content-Type', 'text/html')
      .end(`<link rel="icon" href="data:,"><iframe src="${demo.chatPage}"></iframe>`);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const page = await open(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  const complaints = windows.at(-1)?.complaints ?? [];
  await expect.poll(() => complaints.splice(0).join()).toContain("frame-ancestors 'self'");
  expect(await page.frameLocator('iframe').getByRole('button').count()).toBe(0);
  site.closeAllConnections();
  site.close();
});
