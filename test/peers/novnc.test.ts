/** An unmodified noVNC in a real browser against a real VNC server; its files come from the bridge too. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium, openWindow } from '../support/chromium.ts';
import type { PeerServer } from '../support/peer-servers.ts';
import { desktop, makeVncPages, type Seen, startVnc } from '../support/vnc.ts';
import { type Running, startBridge } from './bridge.ts';

let vnc: PeerServer;
let pages: Awaited<ReturnType<typeof makeVncPages>>;
let bridge: Running;
let browser: Browser;

beforeAll(async () => {
  [vnc, pages, browser] = await Promise.all([startVnc(), makeVncPages(), launchChromium()]);
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${vnc.port}`],
    routes: [`/vnc tcp://127.0.0.1:${vnc.port}`],
    args: ['--static', pages.directory],
  });
}, 60_000);

afterAll(async () => {
  await browser.close();
  await bridge.stop();
  await vnc.stop();
  await pages.remove();
});

const look = (page: Page): Promise<Seen> => page.evaluate<Seen>('look()');

const places = {
  'a route': () => '/vnc',
  'a free target': () => `/connect?to=${encodeURIComponent(`tcp://127.0.0.1:${vnc.port}`)}`,
};
const cases = Object.entries(places).flatMap(([by, place]) => [
  { by, place, offer: 'no subprotocol', protocol: {} },
  { by, place, offer: 'the subprotocol binary', protocol: { protocol: 'binary' } },
]);

describe.each(cases)('noVNC by $by, with $offer', ({ place, protocol }) => {
  it('shows the desktop and leaves it in peace', async () => {
    const query = new URLSearchParams({ place: place(), ...protocol });
    const { page, complaints } = await openWindow(browser, `${bridge.url}/vnc.html?${query}`);
    onTestFinished(() => page.close());
    await page.waitForFunction('window.look && look().connected && look().colours > 1');
    const { name, width, height } = await look(page);
    expect({ width, height }).toEqual({ width: desktop.width, height: desktop.height });
    expect(name).toContain(desktop.name);
    await page.evaluate('rfb.disconnect()');
    await page.waitForFunction('look().disconnected');
    expect((await look(page)).disconnected).toBe('clean');
    expect(complaints).toEqual([]);
  }, 30_000);
});
