/** A session and its target: ends in both directions, failures, and what remains after the close. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import {
  arrive,
  attach,
  closeSessions,
  memorySession,
  openSession,
  takeAll,
  until,
} from '../../support/memory-session.ts';

afterEach(closeSessions);

test('the end of the target is seen by a reader that took everything, and the client may go on writing', async () => {
  const { session, far } = memorySession();
  const reader = attach(session);
  far.end('abc');
  await until(() => session.targetEnded);
  expect([session.state, reader.ended]).toEqual(['target-ended', false]);
  takeAll(reader);
  expect([reader.ended, reader.over]).toEqual([true, false]);
  session.up.accept(0, Buffer.from('xyz'));
  session.end(3);
  expect(`${(await once(far, 'data'))[0]}`).toBe('xyz');
  await until(() => session.state === 'closed');
  expect([session.code, reader.over, session.finalRecord]).toEqual([
    'CLOSED',
    true,
    'ERR CLOSED 3 3 both directions have ended',
  ]);
});

test('the end of the client leaves the target free to go on', async () => {
  const { session, far } = memorySession();
  session.end(0);
  far.resume();
  await once(far, 'end');
  await until(() => session.state === 'client-ended');
  await arrive(session, far, 'abc');
  far.end();
  await until(() => session.state === 'closed');
  const reader = attach(session);
  expect([takeAll(reader), reader.ended, session.code]).toEqual(['abc', true, 'CLOSED']);
});

test('an end wakes the reader and the writers', async () => {
  const { session, far } = memorySession();
  const [reading, writing] = [vi.fn(), vi.fn()];
  attach(session).onChange(reading);
  session.onRoom(writing);
  far.end();
  await until(() => session.targetEnded);
  expect(reading).toHaveBeenCalled();
  session.end(0);
  expect(writing).toHaveBeenCalled();
});

test('a failure of the target is a reset, after which the bytes it sent are still read', async () => {
  const onClose = vi.fn();
  const { session, far } = memorySession({ onClose });
  await arrive(session, far, 'abc');
  far.resetAndDestroy();
  await until(() => session.state === 'closed');
  const reader = attach(session, { from: 0 });
  expect([session.code, reader.over, reader.ended]).toEqual(['RESET', false, false]);
  expect(takeAll(reader)).toBe('abc');
  expect([reader.over, session.finalRecord]).toEqual([true, 'ERR RESET 3 0 the connection was reset']);
  expect(onClose).toHaveBeenCalledExactlyOnceWith(session);
});

test('a failure that a target kind names keeps its name', async () => {
  const { session, near } = memorySession();
  near.destroy(new NetwineError('IDLE'));
  await until(() => session.state === 'closed');
  expect(session.code).toBe('IDLE');
});

test('a target that goes without both ends is a reset', async () => {
  const { session, near } = memorySession();
  near.destroy();
  await until(() => session.state === 'closed');
  expect(session.code).toBe('RESET');
});

test('closing wakes everybody once more, takes nothing more, and can be repeated', async () => {
  const onClose = vi.fn();
  const { session, far } = memorySession({ onClose });
  const [reading, writing] = [vi.fn(), vi.fn()];
  attach(session).onChange(reading);
  session.onRoom(writing);
  session.up.accept(0, Buffer.from('abc'));
  session.close('REVOKED');
  session.close('CLOSED');
  expect([session.code, session.up.room]).toEqual(['REVOKED', 0]);
  expect([reading, writing, onClose].map((called) => called.mock.calls.length)).toEqual([1, 1, 1]);
  far.resume();
  await until(() => far.destroyed);
  expect(session.totals).toEqual({ down: 0, up: 0 });
});

test('bytes and an end that come after the close are not taken for what the client may read', async () => {
  const { session, near } = memorySession();
  attach(session).onChange(() => session.close('ABANDONED'));
  near.pause();
  near.push('abc');
  near.push('def');
  near.push(null);
  near.resume();
  await once(near, 'close');
  expect([session.window.end, session.targetEnded, session.code]).toEqual([3, false, 'ABANDONED']);
});

test('a sign of the client counts while the session lives, and an acknowledgement afterwards too', async () => {
  const { session, far } = memorySession();
  await arrive(session, far, 'abc');
  takeAll(attach(session));
  session.close('SHUTDOWN');
  const { signs } = session;
  session.touch();
  expect(session.signs).toBe(signs);
  session.ack(0);
  expect(session.signs).toBe(signs);
  session.ack(2);
  expect(session.signs).toBe(signs + 1);
});

test('a writer is no longer told once it stopped waiting', () => {
  const { session } = memorySession();
  const wake = vi.fn();
  const stop = session.onRoom(wake);
  expect(session.waiting).toBe(1);
  stop();
  session.close('RESET');
  expect([session.waiting, wake.mock.calls.length]).toEqual([0, 0]);
});

test('a client that leaves has its last bytes written, and what the target sends is dropped', async () => {
  const { session, far, near } = memorySession();
  for (let count = 0; count < 10; count += 1) far.write('abcdefgh');
  await until(() => near.isPaused());
  session.leave(6, 60_000);
  session.up.keepAhead(3, Buffer.from('def'));
  session.up.accept(0, Buffer.from('abc'));
  const taken: Buffer[] = [];
  far.on('data', (chunk) => taken.push(chunk));
  far.end();
  await until(() => session.state === 'closed');
  expect(Buffer.concat(taken).toString()).toBe('abcdef');
  expect([session.code, session.window.end, session.totals.up]).toEqual(['CLOSED', 16, 6]);
});

/** A session to a real listener, whose side of the connection is given as well. */
const dial = async (where: { port?: number; path?: string }) => {
  const server = createServer({ allowHalfOpen: true }).listen(where.path ?? { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  const near = connect(
    typeof address === 'object' && address
      ? { port: address.port, host: '127.0.0.1', allowHalfOpen: true }
      : { path: `${address}`, allowHalfOpen: true },
  );
  near.on('error', () => {});
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
  const failed = new Promise<unknown>((resolve) => far.on('error', resolve));
  server.close();
  return { far, failed, session: openSession(near) };
};

test('a TCP target learns a session that is given up as a reset', async () => {
  const { session, far, failed } = await dial({});
  far.resume();
  session.close('ABANDONED');
  expect(await failed).toMatchObject({ code: 'ECONNRESET' });
});

test('a target that knows no reset is closed all the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netwine-'));
  try {
    const { session, far } = await dial({ path: join(folder, 'socket') });
    far.resume();
    session.close('ABANDONED');
    await once(far, 'end');
    far.destroy();
    expect(session.target.destroyed).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
