/** The library in Chromium over a hostile network: exactly once both ways, by each transport and through all their moves. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Cutter, type Fate, type Plan, startCutter } from '../support/cutter.ts';
import { type RunningBridge, startBridgeProgram } from './program.ts';
import { fnv, noise, openSessionPage, type Seen, type SessionPage } from './session.ts';

let target: Server;
let gated: Server;
let echo: Server;
let bridge: RunningBridge;
let browser: Browser;
let folder: string;
let cleanups: (() => unknown)[] = [];
const sockets = new Set<Socket>();

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const addressOf = (server: Server): string => `127.0.0.1:${portOf(server)}`;

const DOWN = noise(700_000, 1);
const UP = noise(300_000, 2);
const ANSWER = Buffer.from(createHash('sha256').update(UP).digest('hex'));

const PIECE = 140_000;
/** Lets the gated target send its next piece. */
let release: () => void;

/** Reads all and answers with its hash at the end. */
const answerAtEnd = (socket: Socket): void => {
  const hash = createHash('sha256');
  socket.on('data', (piece) => hash.update(piece));
  socket.on('end', () => socket.end(hash.digest('hex')));
};

const listen = async (serve: (socket: Socket) => void): Promise<Server> => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

beforeAll(async () => {
  target = await listen((socket) => {
    answerAtEnd(socket);
    socket.write(DOWN);
  });
  gated = await listen((socket) => {
    answerAtEnd(socket);
    let at = 0;
    release = () => {
      socket.write(DOWN.subarray(at, at + PIECE));
      at += PIECE;
    };
  });
  echo = await listen((socket) => socket.pipe(socket));
  folder = await mkdtemp(join(tmpdir(), 'netwine-page-'));
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><meta name="netwine-token" content="{{token}}"><link rel="icon" href="data:,"><script src="netwine.js"></script>',
  );
  const targets = `allow 127.0.0.1 ${portOf(target)},${portOf(gated)},${portOf(echo)}\n`;
  const flags = ['--ping', '0.2', '--hold', '2', '--static', folder];
  [bridge, browser] = await Promise.all([startBridgeProgram(targets, flags), launchChromium()]);
}, 30_000);

afterAll(async () => {
  await Promise.all([bridge.stop(), browser.close()]);
  for (const socket of sockets) socket.destroy();
  for (const server of [target, gated, echo]) server.close();
  await rm(folder, { recursive: true });
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

const open = async (): Promise<SessionPage> => {
  const opened = await openSessionPage(browser, `${bridge.url}/`);
  cleanups.push(() => opened.page.context().close());
  return opened;
};

const through = async (plan: Plan, seed: number): Promise<{ cutter: Cutter; url: string }> => {
  const { port } = new URL(bridge.url);
  const cutter = await startCutter({ target: { host: '127.0.0.1', port: Number(port) }, plan, seed });
  cleanups.push(() => cutter.close());
  return { cutter, url: `http://127.0.0.1:${cutter.port}/` };
};

const hostile: Plan = (_, random): Fate => {
  const by = random() < 0.5 ? 'fin' : 'rst';
  const kind = random();
  if (kind < 0.35) return { cut: { side: 'down', after: Math.floor(random() * 60_000), by } };
  if (kind < 0.6) return { cut: { side: 'up', after: Math.floor(random() * 60_000), by } };
  if (kind < 0.75) return { dropAnswer: by };
  if (kind < 0.85) return { sliceTo: 1000, delayMs: 2 };
  if (kind < 0.95) return { repeat: true };
  return {};
};

/** Everything up and down, then the clean end. */
const expectWhole = ({ bytes, hash, end }: Seen): void => {
  expect(end).toMatchObject({ code: 'CLOSED', down: DOWN.length + ANSWER.length, up: UP.length });
  expect({ bytes, hash }).toEqual({ bytes: DOWN.length + ANSWER.length, hash: fnv([DOWN, ANSWER]) });
};

const writeAll = `const up = noise(${UP.length}, 2);
for (let at = 0; at < up.length; at += 7919) socket.write(up.subarray(at, at + 7919));
socket.end();`;

const ways = [
  { transports: undefined, seed: 1 },
  { transports: undefined, seed: 2 },
  { transports: undefined, seed: 3 },
  ...['socket', 'fetch-stream', 'xhr-stream', 'xhr-poll', 'exchange'].map((name, i) => ({
    transports: [name],
    seed: 4 + i,
  })),
];

test.each(ways)(
  'cut, swallowed and repeated answers lose and double no byte ($transports, seed $seed)',
  async (way) => {
    const { cutter, url } = await through(hostile, way.seed);
    const page = await open();
    await page.connect({ to: addressOf(target), url, ...(way.transports ? { transports: way.transports } : {}) });
    await page.run(writeAll);
    await page.until('seen.end');
    expectWhole(await page.seen());
    expect(cutter.connections.filter(({ fate }) => fate.cut ?? fate.dropAnswer).length).toBeGreaterThan(0);
  },
);

test.each([
  { told: true, transports: undefined },
  { told: false, transports: undefined },
  { told: true, transports: ['xhr-poll'] },
  { told: false, transports: ['xhr-poll'] },
  { told: false, transports: ['exchange'] },
])('reloads in mid-transfer lose and double no byte (told of it: $told, $transports)', async ({ told, transports }) => {
  const { url } = await through(hostile, 20);
  const page = await open();
  const options = { to: addressOf(gated), url, resume: 'transfer', ...(transports ? { transports } : {}) };
  expect(await page.connect(options)).toBe(false);
  await page.run(
    `const up = noise(${UP.length}, 2); for (let at = 0; at < up.length; at += 7919) socket.write(up.subarray(at, at + 7919))`,
  );
  await page.until('seen.opened');
  for (let at = 0; at + PIECE < DOWN.length; at += PIECE) {
    release();
    await page.until(`seen.bytes > ${at}`);
    await page.reload({ told });
    expect(await page.connect(options)).toBe(true);
  }
  release();
  await page.run('socket.end()');
  await page.until('seen.end');
  expectWhole(await page.seen());
});

test('a page whose session another page took over says so and leaves it alone', async () => {
  const options = { to: addressOf(target), resume: 'both' };
  const [first, second] = [await open(), await open()];
  await first.connect(options);
  await first.until(`seen.bytes === ${DOWN.length}`);
  const kept = await first.run<[string, string][]>('Object.entries(sessionStorage)');
  await second.run(`for (const [name, value] of ${JSON.stringify(kept)}) sessionStorage.setItem(name, value)`);
  expect(await second.connect(options)).toBe(true);
  await first.until('seen.end');
  expect((await first.seen()).end).toMatchObject({ code: 'MOVED' });
  await second.run(writeAll);
  await second.until('seen.end');
  expectWhole(await second.seen());
});

test('a stream that falls silent is called dead when its pings stay away', async () => {
  const plan: Plan = () => ({});
  let isSilent = false;
  const { cutter, url } = await through(
    (index, random) => (isSilent ? plan(index, random) : { blackHole: { side: 'down', after: 20_000 } }),
    1,
  );
  const page = await open();
  await page.connect({ to: addressOf(echo), url, transports: ['fetch-stream'] });
  await page.until('seen.opened');
  // From its first pings on 0.45 s of silence are too much. What is sent while it is silent needs a connection of its own.
  isSilent = true;
  await page.run('socket.write(noise(60000, 2))');
  await page.until('seen.bytes === 60000');
  const { bytes, hash, receivers } = await page.seen();
  expect({ bytes, hash, receivers }).toEqual({
    bytes: 60_000,
    hash: fnv([UP.subarray(0, 60_000)]),
    receivers: ['fetch-stream'],
  });
  expect(cutter.connections[0]?.passed.down).toBeLessThanOrEqual(20_000);
});

test.each([
  ['127.0.0.1:2', 'DENIED_TARGET'],
  ['nowhere', 'BAD_TARGET'],
])('what the bridge refuses is said in its words (%s)', async (to, code) => {
  const page = await open();
  await page.connect({ to });
  await page.until('seen.end');
  expect((await page.seen()).end).toMatchObject({ code });
});

test('a session that the bridge no longer knows is over', async () => {
  const options = { to: addressOf(echo), resume: 'gone' };
  const page = await open();
  await page.connect(options);
  await page.until('seen.opened');
  const kept = await page.run<[string, string][]>('Object.entries(sessionStorage)');
  await page.run('socket.close()');
  await page.until('seen.end');
  await page.run(`for (const [name, value] of ${JSON.stringify(kept)}) sessionStorage.setItem(name, value)`);
  expect(await page.connect(options)).toBe(true);
  await page.until('seen.end');
  expect((await page.seen()).end?.code).toMatch(/^(GONE|RESET|CLOSED)$/);
});
