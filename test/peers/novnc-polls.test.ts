/** An unmodified noVNC in a real browser against a real VNC server, over long polls alone, by our class. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchChromium, openWindow, type Watched } from '../support/chromium.ts';
import type { PeerServer } from '../support/peer-servers.ts';
import { desktop, keyPressed, makeVncPages, type Seen, startVnc } from '../support/vnc.ts';
import { type PolledPages, printedPage, startPolledPages } from './polled-pages.ts';

let vnc: PeerServer;
let files: Awaited<ReturnType<typeof makeVncPages>>;
let pages: PolledPages;
let browser: Browser;

beforeAll(async () => {
  [vnc, files, browser] = await Promise.all([startVnc(), makeVncPages(), launchChromium()]);
  await writeFile(join(files.directory, 'printed.html'), printedPage(2, { 5900: vnc.port }));
  // Chromium asks for it, and would complain that it is not there.
  await writeFile(join(files.directory, 'favicon.ico'), '');
  pages = await startPolledPages(files.directory, vnc.port);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await pages.stop();
  await vnc.stop();
  await files.remove();
});

const open = async (path: string): Promise<Watched> => {
  const window = await openWindow(browser, `${pages.url}/${path}`);
  onTestFinished(() => window.page.close());
  return window;
};

/** Size and colours of what is on the screen; noVNC makes one canvas that it shows. */
const drawn = `(() => {
  const canvas = document.querySelector('#screen canvas');
  if (!canvas?.width) return null;
  const { width, height } = canvas;
  const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer;
  return { width, height, colours: new Set(new Uint32Array(pixels)).size };
})()`;

test('handed an instance of our class, as the example does, it shows the desktop and types', async () => {
  const { page, complaints } = await open('printed.html');
  await page.waitForFunction(`(${drawn})?.colours > 1`);
  expect(await page.evaluate(drawn)).toMatchObject({ width: desktop.width, height: desktop.height });
  expect(await page.title()).toContain(desktop.name);
  await page.locator('#screen canvas').click();
  await page.keyboard.press('k');
  await keyPressed(vnc, 'k'.charCodeAt(0));
  expect({ complaints, ways: pages.ways }).toEqual({ complaints: [], ways: ['poll'] });
});

const places = {
  'a route': () => '/target',
  'a free target': () => `/connect?to=${encodeURIComponent(`tcp://127.0.0.1:${vnc.port}`)}`,
};

test.each(Object.entries(places))(
  'with our class in the place of WebSocket, by %s, it shows the desktop, types and leaves it in peace',
  async (by, place) => {
    const query = new URLSearchParams({ place: place(), polls: '1' });
    const { page, complaints } = await open(`vnc.html?${query}`);
    await page.waitForFunction('window.look && look().connected && look().colours > 1');
    const { name, width, height } = await page.evaluate<Seen>('look()');
    expect({ width, height }).toEqual({ width: desktop.width, height: desktop.height });
    expect(name).toContain(desktop.name);
    const key = by === 'a route' ? 'r' : 'f';
    await page.locator('#screen canvas').click();
    await page.keyboard.press(key);
    await keyPressed(vnc, key.charCodeAt(0));
    await page.evaluate('rfb.disconnect()');
    await page.waitForFunction('look().disconnected');
    expect((await page.evaluate<Seen>('look()')).disconnected).toBe('clean');
    expect({ complaints, ways: pages.ways }).toEqual({ complaints: [], ways: ['poll'] });
  },
);
