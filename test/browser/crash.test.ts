/** A page whose engine dies without a word: the next one of its tab goes on, and what the page kept is told once. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { startTarget, type Target } from '../support/targets.ts';
import { type RunningBridge, startBridgeProgram } from './program.ts';

let target: Target;
let bridge: RunningBridge;
let browser: Browser;

beforeAll(async () => {
  target = await startTarget();
  [bridge, browser] = await Promise.all([startBridgeProgram(`allow 127.0.0.1 ${target.port}\n`), launchChromium()]);
});
afterAll(async () => {
  await browser.close();
  await bridge.stop();
  await target.close();
});

/** A program as the demos are: it notes what it was told, and how much that is. */
const begin = (to: string, way: string): string => `
  window.told = '';
  (() => {
    const before = demo.kept('crash');
    if (before) told = before.bytes;
    const data = (bytes) => {
      told += bytes;
      demo.keep('crash', { heard: link.heard, bytes: told });
    };
    const on = { data, change: () => {}, end: () => {}, over: () => {} };
    const heard = before ? Number(before.heard) : null;
    window.link = demo.openLink({ to: '${to}', name: 'crash', transports: ['${way}'], heard, on });
  })()`;

/** One tab by its own wire: the tab of a crashed page goes on, but not its `Page`. */
const openTab = async (url: string) => {
  const page = await browser.newPage();
  const devtools = await page.context().newCDPSession(page);
  const run = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    return result.value;
  };
  /** Looks again and again: pages of the bridge may not do it by themselves. */
  const until = async (expression: string): Promise<void> => {
    while (!(await run(expression).catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const show = async (): Promise<void> => {
    await devtools.send('Page.navigate', { url });
    await until(`document.readyState === 'complete' && !!window.demo && !!demo.openLink`);
  };
  const crash = async (): Promise<void> => {
    const crashed = new Promise((resolve) => void page.once('crash', resolve));
    // It is never answered.
    devtools.send('Page.crash').catch(() => {});
    await crashed;
  };
  await show();
  return { run, until, show, crash, close: () => page.context().close() };
};

test.each([['websocket'], ['fetch-stream'], ['xhr-poll']])(
  'what was held back is not told twice, by %s',
  async (way) => {
    const tab = await openTab(`${bridge.url}/chat.html`);
    const index = target.peers.length;
    await tab.run(begin(target.to, way));
    const { socket } = await target.peer(index);
    socket.write('one ');
    await tab.until(`told === 'one '`);
    await tab.run('link.socket.pause()');
    socket.write('two ');
    await tab.until('link.status().held === 4');
    // The library notes what it holds.
    await tab.run(`link.socket.write('x')`);
    await tab.until('link.socket.bufferedAmount() === 0');
    await tab.run('link.socket.resume()');
    expect(await tab.run('told')).toBe('one two ');
    await tab.crash();
    await tab.show();
    await tab.run(begin(target.to, way));
    expect(await tab.run('link.socket.resumed')).toBe(true);
    socket.write('three');
    await tab.until(`told.slice(-5) === 'three'`);
    expect(await tab.run('told')).toBe('one two three');
    await tab.close();
  },
);
