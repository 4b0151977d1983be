/** A bridge that is told to stop: no new sessions, time for the open ones, then SHUTDOWN, and nothing stays behind. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { curl, streamCurl } from '../support/curl.ts';
import { type Running, startBridge } from './bridge.ts';
import { downClients } from './down-clients.ts';
import { startSource } from './flood.ts';
import { Inbox } from './inbox.ts';
import { restOf } from './memory.ts';
import { firstLine, hold, post } from './requests.ts';

let target: Server;
let bridge: Running;
let place: string;
/** The target's end of each connection, in the order in which they were opened. */
let sockets: Socket[];
let closings: Promise<unknown>[];

beforeEach(async () => {
  sockets = [];
  closings = [];
  target = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    closings.push(new Promise((resolve) => socket.once('close', resolve)));
    socket.on('error', () => {}).resume();
    socket.write('hello\n');
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
});

afterEach(async () => {
  await bridge.stop();
  for (const socket of sockets) socket.destroy();
  target.close();
  await once(target, 'close');
});

const start = async (drainSeconds: number): Promise<void> => {
  const { port } = target.address() as AddressInfo;
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${port}`],
    routes: [`/target 127.0.0.1:${port}`],
    args: ['--drain', String(drainSeconds)],
  });
  place = `${bridge.url}/target`;
};

/** Tells the bridge to stop, and waits until it does. @returns what a new session is told then */
const terminate = async (): Promise<string> => {
  process.kill(bridge.program.pid, 'SIGTERM');
  for (;;) {
    const held = await hold(place);
    const line = await firstLine(held);
    held.drop();
    if (held.status !== 200) return `${held.status} ${line}`;
    // It was quicker than the signal, and must not be waited for.
    await post(`${bridge.url}/close?key=${line.replace('OK ', '')}`);
  }
};

/** curl says 7 where nobody listens. */
const listens = async (): Promise<boolean> => (await curl([`${bridge.url}/`])).exit !== 7;

interface Socketed {
  inbox: Inbox;
  texts: string[];
  /** The code of the close frame. */
  closed: Promise<number>;
  socket: WebSocket;
}

const upgrade = async (url: string, subprotocol?: string): Promise<Socketed> => {
  const socket = new WebSocket(url.replace('http', 'ws'), subprotocol);
  const inbox = new Inbox();
  const texts: string[] = [];
  socket.on('message', (message: Buffer, isBinary) => {
    if (isBinary) inbox.push(message);
    else texts.push(message.toString('latin1'));
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code));
  });
  await once(socket, 'open');
  return { inbox, texts, closed, socket };
};

const refusedUpgrade = (): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(place.replace('http', 'ws'));
    socket.on('open', () => reject(new Error('a new session was opened')));
    socket.on('error', reject);
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
  });

describe('a bridge that is stopped by SIGTERM', () => {
  it('refuses new sessions, lets the open ones finish, and then ends by itself', async () => {
    await start(60);
    const stream = streamCurl(['-X', 'POST', place]);
    const inbox = new Inbox();
    stream.body.on('data', (bytes: Uint8Array) => inbox.push(bytes));
    const key = (await inbox.through('\n')).toString().trim().replace('OK ', '');
    await inbox.through('hello\n');
    const plain = await upgrade(place);
    await plain.inbox.through('hello\n');

    expect(await terminate()).toBe('503 NO DRAINING the bridge is stopping: no new sessions');
    expect(await refusedUpgrade()).toBe(503);
    sockets[0]?.write('still here\n');
    expect((await inbox.through('\n')).toString()).toBe('still here\n');
    const sent = await curl(['--data-binary', 'goodbye', `${bridge.url}/send?key=${key}&end=`]);
    expect(sent.body.toString()).toMatch(/^OK 7 /);
    sockets[0]?.end('the end\n');
    expect(await stream.done).toEqual({ exit: 0, complaint: '' });
    inbox.finish();
    expect((await inbox.rest()).toString()).toBe('the end\n');
    sockets[1]?.end('the end\n');
    expect(await plain.closed).toBe(1000);
    expect(await plain.inbox.through('\n')).toEqual(Buffer.from('the end\n'));

    expect(await bridge.program.exit).toEqual({ code: 0, signal: null });
    await Promise.all(closings);
    expect(await listens()).toBe(false);
  });

  it('tells those that do not finish in time that it has stopped, in the way of each transport', async () => {
    await start(0.5);
    const raw = streamCurl(['-X', 'POST', place]);
    raw.body.resume();
    const lines = streamCurl(['-d', '', `${place}?as=lines`]);
    const records = text(lines.body);
    const [plain, netwine] = await Promise.all([upgrade(place), upgrade(place, 'netwine.1')]);
    netwine.socket.send('keep=60');
    await Promise.all([plain.inbox.through('hello\n'), netwine.inbox.through('hello\n')]);
    while (sockets.length < 4) await once(target, 'connection');

    await terminate();
    expect((await raw.done).exit).toBe(18);
    expect(await lines.done).toEqual({ exit: 0, complaint: '' });
    expect((await records).trimEnd().split('\n').at(-1)).toMatch(/^ERR SHUTDOWN 6 0 /);
    expect(await plain.closed).toBe(4503);
    expect(await netwine.closed).toBe(4503);
    expect(netwine.texts.at(-1)).toMatch(/^ERR SHUTDOWN 6 0 /);

    expect(await bridge.program.exit).toEqual({ code: 0, signal: null });
    await Promise.all(closings);
    expect(await listens()).toBe(false);
  });

  it('ends in time though its clients read nothing', async () => {
    const source = await startSource();
    bridge = await startBridge({ targets: [`allow 127.0.0.1 ${source.port}`], args: ['--drain', '0.5'] });
    const clients = await Promise.all(downClients.map(({ open }) => open(bridge.url, `127.0.0.1:${source.port}`)));
    for (const client of clients) await client.next();
    await restOf(source.sent, bridge.program.pid);
    process.kill(bridge.program.pid, 'SIGTERM');
    expect(await bridge.program.exit).toEqual({ code: 0, signal: null });
    expect(await listens()).toBe(false);
    for (const client of clients) await client.close();
    await source.stop();
  }, 15_000);

  it('does not wait any longer at a second signal', async () => {
    await start(60);
    const held = await hold(place);
    await firstLine(held);
    await terminate();
    process.kill(bridge.program.pid, 'SIGTERM');
    expect(await bridge.program.exit).toEqual({ code: 1, signal: null });
    expect(await listens()).toBe(false);
    held.drop();
  });
});
