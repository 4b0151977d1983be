/** The pages' session over a hostile network: exactly once both ways, by streaming and by polling. */
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Fate, type Plan, startCutter } from '../support/cutter.ts';
import { type RunningBridge, startBridgeProgram } from './program.ts';
import {
  noise,
  type PageSession,
  type Run,
  runSession,
  type SessionOptions,
  type SessionStatus,
  sha256,
} from './session.ts';

let target: Server;
let echo: Server;
let bridge: RunningBridge;
let cleanups: (() => unknown)[] = [];
const sockets = new Set<Socket>();

const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;

const DOWN = noise(700_000, 1);
const UP = noise(300_000, 2);

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
  // Sends DOWN at once; when its client has ended it adds the hash of all that came, and ends.
  target = await listen((socket) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('end', () => socket.end(sha256(pieces)));
    socket.write(DOWN);
  });
  echo = await listen((socket) => socket.pipe(socket));
  const targets = `allow 127.0.0.1 ${portOf(target)},${portOf(echo)}\n`;
  bridge = await startBridgeProgram(targets, ['--ping', '0.2', '--hold', '2']);
});

afterAll(async () => {
  await bridge.stop();
  for (const socket of sockets) socket.destroy();
  target.close();
  echo.close();
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

const run = (base: string, options: Partial<SessionOptions> = {}, on: Partial<SessionOptions['on']> = {}): Run => {
  const running = runSession({ to: `127.0.0.1:${portOf(target)}`, base, ...options }, on);
  cleanups.push(() => running.session.close());
  return running;
};

const through = async (plan: Plan, seed: number) => {
  const { port } = new URL(bridge.url);
  const cutter = await startCutter({ target: { host: '127.0.0.1', port: Number(port) }, plan, seed });
  cleanups.push(() => cutter.close());
  return { cutter, base: `http://127.0.0.1:${cutter.port}/` };
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
const expectWhole = ({ pieces }: Pick<Run, 'pieces'>, final: SessionStatus['final']): void => {
  expect(final).toMatchObject({ code: 'CLOSED', down: DOWN.length + 64, up: UP.length });
  expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(DOWN.length + 64);
  expect(sha256(pieces)).toBe(sha256([DOWN, Buffer.from(sha256([UP]))]));
};

const writeAll = (session: PageSession): void => {
  for (let at = 0; at < UP.length; at += 7919) session.write(UP.subarray(at, at + 7919));
  session.end();
};

const seeds = [1, 2, 3, 4];
const ways = (['stream', 'poll'] as const).flatMap((transport) => seeds.map((seed) => ({ transport, seed })));

test.each(ways)('cut, swallowed and repeated answers lose and double no byte ($transport, seed $seed)', async (way) => {
  const { cutter, base } = await through(hostile, way.seed);
  const transfer = run(base, { transport: way.transport });
  writeAll(transfer.session);
  expectWhole(transfer, await transfer.final);
  expect(cutter.connections.filter(({ fate }) => fate.cut ?? fate.dropAnswer).length).toBeGreaterThan(1);
});

test.each(['stream', 'poll'] as const)('a snapshot goes on where it was, in mid-transfer (%s)', async (transport) => {
  let saved: { snapshot: unknown; pieces: Uint8Array[] } = { snapshot: undefined, pieces: [] };
  // Each page has a network of its own: without it the page is gone, and says no word to the bridge.
  const open = async (seed: number): Promise<Run & { save: () => void; gone: () => Promise<void> }> => {
    const { cutter, base } = await through(hostile, seed);
    const pieces = [...saved.pieces];
    let here = true;
    const page: Run = run(
      base,
      { transport, saved: saved.snapshot },
      {
        data: (bytes) => void pieces.push(bytes.slice()),
        save: () => {
          if (here) saved = { snapshot: structuredClone(page.session.snapshot()), pieces: [...pieces] };
        },
      },
    );
    const save = (): void => {
      if (here) saved = { snapshot: structuredClone(page.session.snapshot()), pieces: [...pieces] };
    };
    const gone = (): Promise<void> => {
      here = false;
      return cutter.close();
    };
    return { ...page, pieces, save, gone };
  };
  let page = await open(20);
  writeAll(page.session);
  page.save();
  for (let reloads = 1; reloads <= 5; reloads += 1) {
    const wanted = Math.min(page.session.down.received + 40_000, DOWN.length);
    await page.until(({ down, state }) => down.received >= wanted || state === 'over');
    expect(page.session.final).toBeNull();
    await page.gone();
    page = await open(20 + reloads);
  }
  expectWhole(page, await page.final);
});

test('what the bridge has taken is in the snapshot, whenever the page goes', async () => {
  const { cutter, base } = await through(() => ({}), 1);
  let saved: unknown;
  const to = `127.0.0.1:${portOf(echo)}`;
  const first: Run = run(base, { to }, { save: () => (saved = structuredClone(first.session.snapshot())) });
  await first.until(({ state }) => state === 'open');
  first.session.write(Buffer.from('abc'));
  await first.until(({ up }) => up.taken === 3);
  const left = saved;
  await cutter.close();
  const second = run(`${bridge.url}/`, { to, saved: structuredClone(left) });
  second.session.write(Buffer.from('def'));
  await second.until(({ down }) => down.received >= 6);
  expect(Buffer.concat(second.pieces).toString()).toMatch(/^(abc)?def$/);
});

test('a page whose session another page took over says so and leaves it alone', async () => {
  const first = run(`${bridge.url}/`);
  await first.until(({ down }) => down.received === DOWN.length);
  const second = run(`${bridge.url}/`, { saved: structuredClone(first.session.snapshot()) });
  expect(await first.final).toMatchObject({ code: 'MOVED' });
  writeAll(second.session);
  expect(await second.final).toMatchObject({ code: 'CLOSED' });
});

/** Node's fetch forgets the signal of an answer once memory was tidied: let that happen now, and not by chance. */
const tidyMemory = async (): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
};

// A send that meets the silent connection is given up after 20 s only: 10 s that it may wait, and 10 s more.
test('a stream that falls silent is called dead when its pings stay away', { timeout: 60_000 }, async () => {
  const plan: Plan = (index) => (index === 0 ? { blackHole: { side: 'down', after: 20_000 } } : {});
  const { base, cutter } = await through(plan, 1);
  const { session, pieces, until } = run(base, { to: `127.0.0.1:${portOf(echo)}` });
  // A byte there and back until the first pings have come: from then on 0.45 s of silence are too much.
  let length = 0;
  for (const begunAt = performance.now(); performance.now() - begunAt < 600; length += 1) {
    session.write(UP.subarray(length, length + 1));
    await until(({ down }) => down.received === length + 1);
  }
  await tidyMemory();
  session.write(UP.subarray(length, 60_000));
  await until(({ down }) => down.received === 60_000);
  expect(sha256(pieces)).toBe(sha256([UP.subarray(0, 60_000)]));
  expect(cutter.connections[0]?.passed.down).toBeLessThanOrEqual(20_000);
  expect(session.transport).toBe('stream');
});

test('behind a proxy that holds answers back until they are whole it goes over to polling', async () => {
  const { hostname, port } = new URL(bridge.url);
  const holding = createHttpServer((request, response) => {
    const headers = { ...request.headers, host: `127.0.0.1:${port}` };
    const onward = httpRequest({ hostname, port, method: request.method, path: request.url, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', () => response.destroy());
      answer.on('end', () => response.end(Buffer.concat(pieces)));
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(holding, 'listening');
  cleanups.push(() => {
    holding.closeAllConnections();
    holding.close();
  });
  const base = `http://127.0.0.1:${portOf(holding)}/`;
  const { session, pieces, until } = run(base, { to: `127.0.0.1:${portOf(echo)}` });
  for (const [count, byte] of [65, 66, 67].entries()) {
    session.write(Uint8Array.of(byte));
    await until(({ down }) => down.received === count + 1);
  }
  expect(session.transport).toBe('poll');
  expect(Buffer.concat(pieces).toString()).toBe('ABC');
});

test('what the bridge refuses is said in its words', async () => {
  const denied = run(`${bridge.url}/`, { to: '127.0.0.1:2' });
  expect(await denied.final).toMatchObject({ code: 'DENIED_TARGET' });
  const malformed = run(`${bridge.url}/`, { to: 'nowhere', transport: 'poll' });
  expect(await malformed.final).toMatchObject({ code: 'BAD_TARGET' });
});

test('a session that the bridge no longer knows is over', async () => {
  const first = run(`${bridge.url}/`);
  await first.until(({ state }) => state === 'open');
  const saved = structuredClone(first.session.snapshot());
  first.session.close();
  const next = run(`${bridge.url}/`, { saved });
  expect((await next.final)?.code).toMatch(/^(GONE|RESET|CLOSED)$/);
});
