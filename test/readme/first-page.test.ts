/** The first page of the demo, below a prefix and without scripts: what it links to is there, and a form goes on. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { makeRoom, type Room } from './room.ts';

const DEMO = 'exec netwine demo --listen 127.0.0.1:0 --chat 127.0.0.1:0 --prefix /below --drain 0';

let room: Room;
let browser: Browser;
let chat: string;
let url: string;

beforeAll(async () => {
  [room, browser] = await Promise.all([makeRoom(), launchChromium()]);
  const demo = await room.start(DEMO, /Ctrl-C/);
  const found = await demo.waitFor(/chat listens on (127\.0\.0\.1:\d+); the bridge to it is .*:(\d+)\//);
  chat = found[1] ?? '';
  url = `http://127.0.0.1:${found[2]}/below/`;
});

afterAll(async () => {
  await browser.close();
  await room.close();
});

test('all that the first page and the terminal name is there', async () => {
  for (const name of ['', 'terminal.html']) {
    const text = await (await fetch(url + name)).text();
    const paths = [...text.matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(4);
    for (const path of paths) {
      const address = new URL(path, url + name).href;
      expect([path, address.startsWith(url), (await fetch(address)).status]).toEqual([path, true, 200]);
    }
  }
});

test('without scripts the first page leads to the chat by a form', async () => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(url);
  await page.getByRole('link', { name: 'Without scripts' }).click();
  await page.getByRole('textbox').fill(chat);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByText(/Welcome to the netwine chat/).waitFor();
  await page.getByRole('textbox').fill('hello');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText(/<guest-1> hello/).waitFor();
});
