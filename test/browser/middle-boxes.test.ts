/** The library in Chromium behind the proxies that people sit behind: it finds a way through each, and every byte comes. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Habits, type MiddleBox, startMiddleBox } from '../support/middle-box.ts';
import { echo, type Peer, startTarget, type Target } from '../support/targets.ts';
import { type RunningBridge, startBridgeProgram } from './program.ts';
import { fnv, noise, openSessionPage, type SessionPage } from './session.ts';

const BULK = 262_144;
const DOWN = noise(BULK, 1);
const UP = noise(BULK, 2);
const ANSWER = Buffer.from(createHash('sha256').update(UP).digest('hex'));
const WHOLE = { bytes: 3 + BULK + ANSWER.length, hash: fnv([Buffer.from('abc'), DOWN, ANSWER]) };

const IDLE_MS = 600;

let target: Target;
let echoing: Target;
let bridge: RunningBridge;
/** As it comes: its pings are so far apart that a proxy may take its streams for idle. */
let quiet: RunningBridge;
let browser: Browser;
let folder: string;
let cleanups: (() => unknown)[] = [];

/** Says three bytes back; then gives all, and the hash of all that has come after them at its end. */
const act = (peer: Peer): void => {
  void (async () => {
    peer.socket.write(await peer.bytes(3));
    await peer.bytes(4);
    peer.socket.write(DOWN);
    await peer.end;
    peer.socket.end(createHash('sha256').update(peer.received.subarray(3)).digest('hex'));
  })();
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netwine-page-'));
  const head = '<!doctype html><meta name="netwine-token" content="{{token}}"><link rel="icon" href="data:,">';
  await writeFile(join(folder, 'index.html'), `${head}<script src="netwine.js"></script>`);
  [target, echoing] = await Promise.all([startTarget(act), echo()]);
  const targets = `allow 127.0.0.1 ${target.port},${echoing.port}\n`;
  const start = (...flags: string[]): Promise<RunningBridge> =>
    startBridgeProgram(targets, [...flags, '--static', folder]);
  [bridge, quiet, browser] = await Promise.all([start('--ping', '0.3', '--hold', '0.4'), start(), launchChromium()]);
}, 30_000);

afterAll(async () => {
  await Promise.all([bridge.stop(), quiet.stop(), browser.close(), target.close(), echoing.close()]);
  await rm(folder, { recursive: true });
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

const proxy = async (habits: Habits, to = quiet): Promise<MiddleBox> => {
  const box = await startMiddleBox(new URL(to.url), habits);
  cleanups.push(() => box.close());
  return box;
};

/** A page behind a proxy, which has heard its three bytes back. */
const open = async (box: MiddleBox, { to } = target): Promise<SessionPage> => {
  const page = await openSessionPage(browser, box.url);
  cleanups.push(() => page.page.context().close());
  await page.connect({ to });
  await page.run(`socket.write(new Uint8Array([97, 98, 99]))`);
  await page.until('seen.bytes === 3');
  return page;
};

/** Waits until connections on which nobody said anything were cut, one after the other. */
const silence = async ({ url }: MiddleBox): Promise<void> => {
  for (let i = 0; i < 3; i += 1) await once(connect(Number(new URL(url).port)).resume(), 'close');
};

/** All bytes both ways, then the clean end. */
const transfer = async (page: SessionPage): Promise<void> => {
  await page.run(`{ const up = noise(${BULK}, 2);
    for (let at = 0; at < up.length; at += 7919) socket.write(up.subarray(at, at + 7919));
    socket.end(); }`);
  await page.until('seen.end');
  const { bytes, hash, end, opened } = await page.seen();
  expect({ bytes, hash, code: end?.code, up: end?.up, opened }).toEqual({
    ...WHOLE,
    code: 'CLOSED',
    up: 3 + BULK,
    opened: 1,
  });
};

/** The forms of the answers that were asked for, in their order. */
const asked = ({ posts }: MiddleBox): (string | undefined)[] =>
  posts.filter(({ verb }) => verb === 'receive').map(({ body }) => /(?:mode|as)=([\w-]+)/.exec(body)?.[1]);

test('behind a proxy that holds answers back a poll fetches the bytes as soon as the first stream is found out', async () => {
  const box = await proxy({ whole: true });
  const page = await open(box);
  // What comes next is the third question, if it was sent already.
  expect(asked(box).slice(0, 2)).toEqual(['frames', 'poll']);
  await transfer(page);
});

test('what holds one stream back holds all: a page polls from then on, and the next one does so from its start', async () => {
  const box = await proxy({ whole: true });
  const page = await open(box, echoing);
  const say = async (count: number): Promise<void> => {
    await page.run('socket.write(new Uint8Array([65]))');
    await page.until(`seen.bytes === ${count}`);
  };
  for (let count = 4; count < 9; count += 1) await say(count);
  const before = asked(box);
  expect(before.filter((form) => form !== 'poll')).toEqual(['frames']);
  await page.reload({ told: true });
  await page.connect({ to: echoing.to });
  await say(9);
  expect(new Set(asked(box).slice(before.length))).toEqual(new Set(['poll']));
});

test.each(['dropped', 'refused', 'mute'] as const)('where upgrades are %s it streams', async (upgrades) => {
  const box = await proxy({ upgrades });
  const page = await open(box);
  await transfer(page);
  expect(box.upgrades).toBeGreaterThan(0);
  expect((await page.seen()).receivers.at(-1)).toBe('fetch-stream');
});

test('a proxy that cuts what is idle leaves a stream alone on which pings come', async () => {
  const box = await proxy({ idleMs: IDLE_MS }, bridge);
  const page = await open(box);
  const before = asked(box);
  await silence(box);
  expect([asked(box), (await page.seen()).receivers.at(-1)]).toEqual([before, 'fetch-stream']);
  await transfer(page);
});

test.each([{}, { upgrades: 'passed' }, { whole: true }] as const)(
  'a session outlives a proxy that cuts it again and again for being idle (%o)',
  async (habits) => {
    const box = await proxy({ ...habits, idleMs: IDLE_MS });
    const page = await open(box);
    const before = box.posts.length + box.upgrades;
    await silence(box);
    expect(box.posts.length + box.upgrades).toBeGreaterThan(before);
    expect((await page.seen()).receivers.includes('websocket')).toBe('upgrades' in habits);
    await transfer(page);
  },
);

test.each([{ old: true }, { gzip: true }] as const)(
  'through a proxy that writes answers anew it streams (%o)',
  async (habits) => {
    const page = await open(await proxy(habits));
    await transfer(page);
    expect((await page.seen()).receivers.at(-1)).toBe('fetch-stream');
  },
);

test.each([{ old: true, gzip: true, whole: true }, { resets: true }] as const)(
  'every byte comes through a proxy that changes or repeats what it can (%o)',
  async (habits) => transfer(await open(await proxy(habits))),
);
