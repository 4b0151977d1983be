/** The ways that need a page, in Chromium and on a page that the bridge serves: frames, forms, scripts, events. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Edge } from '../../../client/transport/edge.ts';
import type { createReceivers } from '../../../client/transport/index.ts';
import type { MakeSender } from '../../../client/transport/more.ts';
import { useBridge } from '../../support/bridge.ts';
import { launchChromium, openWindow } from '../../support/chromium.ts';
import { echo, greeter } from '../../support/targets.ts';

interface Loaded {
  ways: {
    createReceivers: typeof createReceivers;
    senders: { [name: string]: MakeSender };
    stringEdge: Edge<string>;
  };
}

let folder = '';
let browser: Browser;
const complaints: string[] = [];

const room = fileURLToPath(new URL('../../../client/transport/', import.meta.url));
/** All that is tested, as one script. */
const source = `
import { formSender } from '${room}form-sender.ts';
import { more } from '${room}more.ts';
import { addOldWays } from '${room}old.ts';
import { scriptSender } from '${room}script-sender.ts';
import { xhrSender } from '${room}senders.ts';
export { stringEdge } from '${room}edge.ts';
export { createReceivers } from '${room}index.ts';
export const senders = { form: formSender, script: scriptSender, xhr: xhrSender };
addOldWays(more);`;

/** As the build makes it, with the global `netwine`. */
const bundle = async (): Promise<string> => {
  const { bundleScript } = await import(new URL('../../../client/build/bundle.mjs', import.meta.url).href);
  const input = join(folder, 'source.ts');
  await writeFile(input, source);
  return (await bundleScript(input)).code;
};

/** A bridge that serves one page with what is tested. */
const suite = useBridge(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netwine-page-'));
  await writeFile(join(folder, 'ways.js'), `${await bundle()};window.ways=netwine;`);
  const scripts = '<script src="ways.js"></script>';
  await writeFile(join(folder, 'index.html'), `<!DOCTYPE html><title>page</title><body>${scripts}</body>`);
  return { args: ['--script', '--static', folder] };
});

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const openPage = async (): Promise<Page> => {
  const watched = await openWindow(browser, `${suite.url}/`);
  watched.page.on('close', () => complaints.push(...watched.complaints));
  return watched.page;
};

afterEach(() => {
  // Failures that are asked for are shown there, too.
  expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

/** What one session in the page does: it connects, writes every byte value, and reads until it has them back. */
const dialogue = async (page: Page, names: { way: string; sender: string; to: string }) =>
  page.evaluate(async ({ way, sender, to }) => {
    const { ways } = window as unknown as Loaded;
    const [receiver] = ways.createReceivers(ways.stringEdge, './', { transports: [way] });
    const writer = ways.senders[sender]?.(ways.stringEdge, './');
    if (!receiver?.usable() || !writer) throw new Error('not usable here');
    const every = Array.from({ length: 256 }, (_, value) => String.fromCharCode(value)).join('');
    const records: string[] = [];
    let bytes = '';
    let key = '';
    let line: string | null = null;
    const ask = (reader: number): Promise<boolean> =>
      new Promise((resolve) => {
        const parameters =
          key === '' ? { to, nonce: crypto.randomUUID() } : { key, from: bytes.length, reader, hold: 2 };
        const { stop } = receiver.receive(
          () => ({ verb: key === '' ? 'connect' : 'receive', parameters, payload: null }),
          {
            record: (text) => {
              records.push(text);
              if (text.startsWith('OK ') && key === '') key = text.split(' ')[1] ?? '';
              // A stream goes on: what it has said is enough.
              if (text.startsWith('AT ') && reader === 0 && receiver.kind === 'stream') {
                setTimeout(() => {
                  stop();
                  resolve(true);
                }, 50);
              }
            },
            data: (chunk) => {
              bytes += chunk;
              if (bytes.length < 256 || receiver.kind === 'poll') return;
              stop();
              resolve(true);
            },
            alive: () => {},
            over: resolve,
          },
        );
      });
    await ask(0);
    line = await new Promise((done) => {
      writer.send('send', { parameters: { key, at: 0 }, payload: every }, done);
    });
    for (let reader = 1; bytes.length < 256 && reader < 9; reader += 1) await ask(reader);
    await new Promise((done) => {
      writer.send('close', { parameters: { key }, payload: null }, done);
    });
    // What is let go of is taken away in a later turn.
    await new Promise((done) => setTimeout(done, 100));
    const left = document.querySelectorAll('iframe, form[target^=netwine], script[src*=ticket]').length;
    const urls = performance.getEntriesByType('resource').map(({ name }) => name);
    const keyShown = urls.some((url) => url.includes(key));
    return { same: bytes === every, line, records, left, keyShown };
  }, names);

test.each([
  ['html-frame', 'form'],
  ['html-frame', 'xhr'],
  ['events', 'xhr'],
  ['script-poll', 'form'],
  ['script-poll', 'script'],
  ['xhr-stream', 'xhr'],
  ['xhr-poll', 'form'],
])('%s and the sender %s carry every byte value, and leave nothing behind', async (way, sender) => {
  const target = await suite.closing(echo());
  const page = await openPage();
  const { same, line, records, left, keyShown } = await dialogue(page, { way, sender, to: target.to });
  expect(same, records.join(' | ')).toBe(true);
  expect(line).toMatch(/^OK 256 \d+ \d+/);
  expect(records.some((record) => record.startsWith('AT 0 '))).toBe(true);
  expect([left, keyShown]).toEqual([0, false]);
  await page.close();
});

test('events end where the bridge ends them, and are not asked for again by the browser', async () => {
  const target = await suite.closing(greeter('x'));
  const page = await openPage();
  let gets = 0;
  page.on('request', (request) => {
    if (request.method() === 'GET') gets += 1;
  });
  const records = await page.evaluate(async (to) => {
    const { ways } = window as unknown as Loaded;
    const [receiver] = ways.createReceivers(ways.stringEdge, './', { transports: ['events'] });
    const told: string[] = [];
    const ask = (verb: 'connect' | 'receive', parameters: Record<string, string | number>): Promise<boolean> =>
      new Promise((over) => {
        const on = { record: (text: string) => void told.push(text), data: () => {}, alive: () => {}, over };
        receiver?.receive(() => ({ verb, parameters, payload: null }), on);
      });
    await ask('connect', { to, nonce: crypto.randomUUID() });
    const key = told.find((text) => text.startsWith('OK '))?.slice(3) ?? '';
    const whole = [ask('receive', { key, from: 0, reader: 1 }), ask('receive', { key, from: 0, reader: 2 })];
    await whole[0];
    await ask('receive', { key: 'nobody', from: 0, reader: 3 });
    await new Promise((done) => setTimeout(done, 500));
    return told;
  }, target.to);
  expect(records).toContain('MOVED 2');
  expect(records.at(-1)).not.toBe(undefined);
  expect(records.some((text) => text.startsWith('NO GONE'))).toBe(true);
  expect(gets).toBe(2);
  await page.close();
});

test('an engine that can only GET is told when its ticket is too old, and that its session is gone', async () => {
  const target = await suite.closing(greeter('x'));
  const context = await browser.newContext();
  await context.addInitScript(() => {
    Object.assign(window, { XMLHttpRequest: undefined });
    Object.defineProperty(HTMLAnchorElement.prototype, 'href', { get: () => undefined });
  });
  const { page } = await openWindow(context, `${suite.url}/`);
  const answers = await page.evaluate(async (to) => {
    const { ways } = window as unknown as Loaded;
    const [receiver] = ways.createReceivers(ways.stringEdge, './', { transports: ['script-poll'] });
    const ask = (verb: 'connect' | 'receive', parameters: Record<string, string | number>): Promise<string[]> =>
      new Promise((resolve) => {
        const told: string[] = [];
        const record = (text: string): void => void told.push(text.split(' ').slice(0, 2).join(' '));
        const on = { record, data: () => {}, alive: () => {}, over: () => resolve(told) };
        receiver?.receive(() => ({ verb, parameters, payload: null }), on);
      });
    const [opened = ''] = await ask('connect', { to, nonce: crypto.randomUUID() });
    const key = opened.slice(3);
    const first = await ask('receive', { key, from: 0, reader: 1 });
    // Longer than a ticket is good: time is what makes it old.
    await new Promise((done) => setTimeout(done, 1500));
    const asked = { key, from: 1 };
    const late = [await ask('receive', { ...asked, reader: 2 }), await ask('receive', { ...asked, reader: 3 })];
    return [first.filter((text) => !text.startsWith('TICKET')), ...late];
  }, target.to);
  expect(answers).toEqual([['AT 0', 'AGAIN'], ['AGAIN'], ['NO GONE']]);
  await context.close();
});
