/** More sockets on a page than Chromium has connections to a host, by polls: where they share an answer, all are heard. */
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, openWindow } from '../../support/chromium.ts';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

const COUNT = 12;
const ROUNDS = 5;

let stage: Stage;
let target: Target;
let browser: Browser;

beforeAll(async () => {
  target = await echo();
  // Who waits for the end of another's poll waits for long.
  stage = await startStage({ bridge: { clientDir, holdMs: 30_000 } });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await stage.close();
  await target.close();
});

/** Each says a word and waits until it is back, again and again. @returns all that each has heard */
const talk = (to: string, options: string): string => `
  Promise.all(Array.from({ length: ${COUNT} }, (_, index) => new Promise((resolve, reject) => {
    let round = 0;
    let heard = '';
    const said = () => Array.from({ length: round }, (_, i) => index + ':' + i + ' ').join('');
    const next = () => {
      if (round === ${ROUNDS}) return resolve(heard);
      socket.write(index + ':' + round + ' ');
      round += 1;
    };
    const socket = netwine.connect('${to}', {
      ${options},
      onopen: next,
      ondata: (text) => {
        heard += text;
        if (heard === said()) next();
      },
      onerror: ({ code }) => reject(new Error(code)),
    });
  })))`;

const heard = Array.from({ length: COUNT }, (_, index) =>
  Array.from({ length: ROUNDS }, (_, i) => `${index}:${i} `).join(''),
);

test.each([['xhr-poll'], ['xhr-stream'], ['fetch-stream']])(
  'twelve sockets of a page that share talk by %s',
  async (way) => {
    const { page, complaints } = await openWindow(browser, `${stage.url}/bare.html`);
    const transports = way === 'xhr-poll' ? `['xhr-poll']` : `['${way}', 'poll']`;
    expect(await page.evaluate(talk(`127.0.0.1:${target.port}`, `share: true, transports: ${transports}`))).toEqual(
      heard,
    );
    expect(complaints).toEqual([]);
    await page.close();
  },
);
