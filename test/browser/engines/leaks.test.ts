/** What a page keeps of its sockets, in Chromium and in an engine of 2011: after hundreds of answers no more than before. */
import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium, openWindow } from '../../support/chromium.ts';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';

const clientDir = fileURLToPath(new URL('../../../dist/client', import.meta.url));

/** The least window, so that a stream is over after so much. */
const ANSWER_BYTES = 4096;
/** Answers between two looks; the first of them warm caches up. */
const ANSWERS = 35;
/** Else what it learns of functions that run often, and compiles for them, grows for the first five hundred answers. */
const STEADY = '--js-flags=--jitless --no-lazy-feedback-allocation --no-flush-bytecode';
/** As many for the sockets that a page opens and closes. */
const SOCKETS = 25;
const NOISE_BYTES = 32 * 1024;

let stage: Stage;
let target: Target;
let browser: Browser;
let page: Page;
let devtools: CDPSession;
let complaints: string[];
const rows: string[] = [];

beforeAll(async () => {
  target = await echo();
  stage = await startStage({ bridge: { clientDir, script: true, windowBytes: ANSWER_BYTES } });
  browser = await launchChromium([STEADY]);
});
afterAll(async () => {
  await browser.close();
  await stage.close();
  await target.close();
  console.log(['way | after | heap | nodes | listeners | calls', ...rows].join('\n'));
});

const openPage = async (): Promise<void> => {
  ({ page, complaints } = await openWindow(browser, `${stage.url}/bare.html`));
  devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
};
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
});

interface Kept {
  heap: number;
  /** Of all documents, also of those that are nowhere shown. */
  nodes: number;
  documents: number;
  frames: number;
  listeners: number;
  elements: number;
  calls: number;
}

/** What is left once all that nobody can reach is gone. */
const kept = async (): Promise<Kept> => {
  // What was let go of is taken away in later turns.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
  for (let i = 0; i < 3; i += 1) await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize: heap } = await devtools.send('Runtime.getHeapUsage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? 0;
  const [elements, calls] = await page.evaluate<[number, number]>(
    `[document.getElementsByTagName('*').length, Object.keys(window._netwine || {}).length]`,
  );
  return {
    heap,
    nodes: of('Nodes'),
    documents: of('Documents'),
    frames: of('Frames'),
    listeners: of('JSEventListeners'),
    elements,
    calls,
  };
};

const note = (way: string, after: string, { heap, nodes, listeners, calls }: Kept): void => {
  rows.push([way, after, heap, nodes, listeners, calls].join(' | '));
};

/** Looks before and after. */
const growth = async (name: string, act: () => Promise<void>): Promise<void> => {
  await act();
  const first = await kept();
  note(name, 'a third', first);
  await act();
  await act();
  const last = await kept();
  note(name, 'all', last);
  const { heap, ...counts } = last;
  expect(counts).toEqual({ ...first, heap: undefined });
  expect(heap - first.heap).toBeLessThan(NOISE_BYTES);
};

const open = (to: string, transports: string[]): Promise<unknown> =>
  page.evaluate(
    `new Promise((resolve) => {
      window.socket = netwine.connect('${to}', {
        binary: 'string',
        transports: ${JSON.stringify(transports)},
        onopen: resolve,
        onerror: (error) => { throw new Error(error.code); },
      });
    })`,
  );

/** Sends so much and waits until it is back, so many times. */
const echoes = (times: number): Promise<string> =>
  page.evaluate(`new Promise((resolve) => {
    const text = 'x'.repeat(${ANSWER_BYTES});
    let left = ${times};
    let missing = text.length;
    socket.ondata = (data) => {
      missing -= data.length;
      if (missing > 0) return;
      left -= 1;
      if (left === 0) return resolve(socket.status().receiver);
      missing = text.length;
      socket.write(text);
    };
    socket.write(text);
  })`);

/** From the connect to the last word. */
const lifeOf = async (transports: string[]): Promise<void> => {
  await open(target.to, transports);
  await echoes(1);
  await page.evaluate(`new Promise((resolve) => {
    socket.onclose = resolve;
    socket.end();
  }).then(() => { window.socket = null; })`);
};

const ways = ['websocket', 'fetch-stream', 'xhr-stream', 'events', 'html-frame', 'xhr-poll', 'exchange', 'script-poll'];

test.each(ways)('a socket by %s keeps nothing of its answers', { timeout: 60_000 }, async (way) => {
  await openPage();
  await open(target.to, [way]);
  await growth(way, async () => {
    expect(await echoes(ANSWERS)).toBe(way);
  });
});

test.each(['websocket', 'xhr-poll', 'script-poll'])(
  'sockets that were closed leave nothing behind, by %s',
  { timeout: 90_000 },
  async (way) => {
    await openPage();
    const names = way === 'websocket' ? [way, 'xhr-poll'] : [way];
    await growth(`${way}, sockets`, async () => {
      for (let i = 0; i < SOCKETS; i += 1) await lifeOf(names);
    });
  },
);
