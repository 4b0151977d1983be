/** Programs and targets hear each other through a real bridge, by each way. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type ConnectionError, connect, type Transport } from '../../../client/node/index.ts';
import { useBridge } from '../../support/bridge.ts';
import { startCutter } from '../../support/cutter.ts';
import type { Fate } from '../../support/fate.ts';
import { freePort } from '../../support/ports.ts';
import { echo, greeter, startTarget } from '../../support/targets.ts';

const suite = useBridge();
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Opens a connection that the suite destroys. */
const open = (to: string, transports?: readonly Transport[], via = suite.url) => {
  const connection = connect(to, { via, ...(transports ? { transports } : {}) });
  /** The code of its failure, or none, once it is closed. */
  const closed = new Promise<string>((resolve) => {
    connection.on('error', () => {});
    connection.on('close', () => resolve((connection.errored as ConnectionError | null)?.code ?? 'none'));
  });
  suite.closing(Promise.resolve({ close: async () => void connection.destroy() }));
  return { connection, closed };
};

describe.each<[string, Transport[] | undefined]>([
  ['all ways', undefined],
  ['websocket', ['websocket', 'poll']],
  ['websocket alone', ['websocket']],
  ['stream', ['stream']],
  ['poll', ['poll']],
])('by %s', (_, transports) => {
  test('a mebibyte each way is whole, and both ends come', async () => {
    const target = await suite.closing(echo());
    const bytes = randomBytes(1024 * 1024);
    const { connection, closed } = open(target.to, transports);
    const back = buffer(connection);
    connection.end(bytes);
    expect(hash(await back)).toBe(hash(bytes));
    expect(await closed).toBe('none');
  });

  test('a target that ends is written to until the program ends, too', async () => {
    const target = await suite.closing(startTarget());
    const { connection, closed } = open(target.to, transports);
    const peer = await target.peer();
    peer.socket.end('bye');
    expect((await buffer(connection)).toString()).toBe('bye');
    connection.end('not yet');
    expect((await peer.bytes(7)).toString()).toBe('not yet');
    expect(await peer.end).toBe('end');
    expect(await closed).toBe('none');
  });

  test('a program that does not read stalls the target, and gets all when it reads', async () => {
    const bytes = randomBytes(32 * 1024 * 1024);
    const target = await suite.closing(startTarget(({ socket }) => void socket.end(bytes)));
    const { connection } = open(target.to, transports);
    await once(connection, 'open');
    connection.pause();
    const peer = await target.peer();
    // The kernel takes some, the window of the bridge and of the stream some more.
    await expect.poll(() => connection.readableLength).toBeGreaterThan(0);
    expect(connection.status.received).toBeLessThan(600_000);
    expect(peer.socket.writableLength).toBeGreaterThan(0);
    const all = buffer(connection);
    expect(hash(await all)).toBe(hash(bytes));
  });

  test('a reset and a refusal are told with their codes', async () => {
    const target = await suite.closing(startTarget());
    const { connection, closed } = open(target.to, transports);
    await once(connection, 'open');
    const peer = await target.peer();
    peer.socket.resetAndDestroy();
    expect(await closed).toBe('RESET');
    expect(await open(`127.0.0.1:${await freePort()}`, transports).closed).toBe('REFUSED');
  });
});

test('a program that destroys a connection ends it at the target', async () => {
  const target = await suite.closing(greeter('hello'));
  const { connection, closed } = open(target.to);
  expect(String((await once(connection, 'data'))[0])).toBe('hello');
  const peer = await target.peer();
  connection.destroy();
  expect(await closed).toBe('none');
  expect(await peer.end).toMatch(/end|reset/);
});

test('what is no bridge is told at once', () => {
  expect(() => connect('a:1', { via: 'ftp://bridge/' })).toThrow(/give http or https/);
  expect(() => connect('a:1', { via: 'bridge' })).toThrow(TypeError);
});

// Found where F1 cut each connection before 64 KiB had passed, which its fates had to avoid: of any seed.
test('what goes up comes whole though each connection is cut before a post of full size has passed', async () => {
  const plan = (): Fate => ({ cut: { side: 'up', after: 20_000, by: 'rst' } });
  const cutter = await suite.closing(
    startCutter({ target: { host: '127.0.0.1', port: Number(new URL(suite.url).port) }, plan }),
  );
  const target = await suite.closing(startTarget());
  const bytes = randomBytes(128 * 1024);
  const { connection, closed } = open(target.to, ['poll'], `http://127.0.0.1:${cutter.port}`);
  connection.resume().end(bytes);
  const peer = await target.peer();
  expect(await peer.end).toBe('end');
  expect(hash(peer.received)).toBe(hash(bytes));
  peer.socket.end();
  expect(await closed).toBe('none');
});
