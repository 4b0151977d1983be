/** A socket that is opened while its page still loads: the page has loaded when it would have without, in Chromium. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

let stage: Stage;
let target: Target;
let browser: Browser;

beforeAll(async () => {
  target = await echo();
  // An answer is over after half a minute at the earliest: a page that waits for it is not loaded by then.
  stage = await startStage({ bridge: { clientDir, script: true, holdMs: 30_000 } });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await stage.close();
  await target.close();
});

const until = async (page: Page, expression: string): Promise<void> => {
  await page.waitForFunction(expression, undefined, { timeout: 15_000, polling: 20 });
};

test.each([
  ['html-frame', 'with'],
  ['html-frame', 'without'],
  ['script-poll', 'with'],
  ['script-poll', 'without'],
  ['events', 'with'],
  ['xhr-poll', 'with'],
])('a socket by %s does not hold up its page, %s XMLHttpRequest', async (way, has) => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  // Then forms and frames are the only way.
  if (has === 'without') await page.addInitScript('delete window.XMLHttpRequest;');
  await page.goto(`${stage.url}/early.html?to=127.0.0.1:${target.port}&transports=${way}`, { waitUntil: 'commit' });
  await until(page, 'seen.loaded');
  // What needs no document works meanwhile.
  if (has === 'with') expect(await page.evaluate('seen.atLoad')).toBe('early ');
  await until(page, `seen.text === 'early '`);
  await page.evaluate(`socket.write('late')`);
  await until(page, `seen.text === 'early late'`);
  expect(await page.evaluate('socket.status().receiver')).toBe(way);
  expect(complaints).toEqual([]);
  await page.close();
});
