/** A bridge that runs out of file descriptors says LIMIT to whoever comes, and resets nobody. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Running, startBridge } from './bridge.ts';
import { firstLine, type Held, hold, post } from './requests.ts';

/** Enough to start, and for a dozen of sessions or two. */
const DESCRIPTORS = 80;
/** More than can be opened: each takes two descriptors. */
const TRIES = 60;
/** As many come at once when the bridge is full. */
const BURST = 8;

let echo: Server;
let bridge: Running;
let place: string;
let open: Held[];
const sockets = new Set<Socket>();

beforeEach(async () => {
  open = [];
  echo = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${port}`],
    routes: [`/echo 127.0.0.1:${port}`],
    descriptors: DESCRIPTORS,
  });
  place = `${bridge.url}/echo`;
});

afterEach(async () => {
  for (const held of open) held.drop();
  await bridge.stop();
  for (const socket of sockets) socket.destroy();
  echo.close();
  await once(echo, 'close');
});

/** Opens sessions one after the other until so many were tried. @returns the keys, and what the others were told */
const fill = async (): Promise<{ keys: string[]; refusals: string[] }> => {
  const keys: string[] = [];
  const refusals: string[] = [];
  for (let tried = 0; tried < TRIES; tried += 1) {
    const held = await hold(place);
    const line = await firstLine(held);
    if (held.status === 200) {
      open.push(held);
      keys.push(line.replace('OK ', ''));
    } else {
      refusals.push(`${held.status} ${line} (${held.retryAfter})`);
      held.response.resume();
    }
  }
  expect(keys.length).toBeGreaterThan(5);
  expect(refusals.length).toBeGreaterThan(5);
  return { keys, refusals };
};

const upgrade = (): Promise<string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(place.replace('http', 'ws'));
    socket.on('open', () => {
      socket.terminate();
      resolve('101');
    });
    socket.on('unexpected-response', (request, response) => {
      resolve(String(response.statusCode));
      request.destroy();
    });
    socket.on('error', (error) => resolve(error.message));
  });

describe('a bridge at its descriptor limit', () => {
  it('opens what it can and answers LIMIT to all others', async () => {
    const { refusals } = await fill();
    for (const refusal of refusals) expect(refusal).toMatch(/^429 NO LIMIT [ -~]+ \(5\)$/);
  });

  it('still serves the sessions that are open', async () => {
    const { keys } = await fill();
    for (const [index, key] of keys.entries()) {
      const said = `word ${index}\n`;
      expect(await post(`${bridge.url}/send?key=${key}&at=0`, said)).toMatch(/^200 OK /);
      expect(await firstLine(open[index] as Held)).toBe(said.trimEnd());
    }
  });

  it('answers several that come at once, by HTTP and by WebSocket', async () => {
    await fill();
    const answers = await Promise.all(Array.from({ length: BURST }, () => post(place)));
    for (const answer of answers) expect(answer).toMatch(/^429 NO LIMIT /);
    expect(await Promise.all(Array.from({ length: BURST }, upgrade))).toEqual(Array(BURST).fill('429'));
  });

  it('opens sessions again once others are closed', async () => {
    const { keys } = await fill();
    for (const key of keys) expect(await post(`${bridge.url}/close?key=${key}`)).toMatch(/^200 OK/);
    const held = await hold(place);
    open.push(held);
    expect(await firstLine(held)).toMatch(/^OK \S+$/);
  });
});
