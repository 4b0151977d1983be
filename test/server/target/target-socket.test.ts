/** Sockets of targets: half-close, resets and ends as a session sees them. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type DialLimits, dial } from '../../../server/target/dial.ts';
import { seededBytes } from '../../support/targets.ts';
import { closedPort, failureOf, listen, patient, socketCount, until } from './fixtures.ts';

const limits = (): DialLimits => ({ until: performance.now() + 5000, signal: patient() });
const MEBIBYTE = 1024 * 1024;

/** A connection with both its ends. */
const connection = async (paused = false) => {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: paused }, (socket) => accepted.push(socket));
  const { port } = await listen(server);
  const socket = await dial(['127.0.0.1'], port, limits());
  await until(() => accepted.length > 0);
  return { socket, target: accepted[0] as Socket };
};

describe('resetting', () => {
  it('reaches the target as a reset', async () => {
    const { socket, target } = await connection();
    target.resume();
    socket.resetAndDestroy();
    expect(await failureOf(target)).toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['after it', (socket: Socket) => socket.destroy()],
    ['before it', (socket: Socket) => socket.resetAndDestroy()],
  ])('may be repeated: %s', async (_when, again) => {
    const { socket } = await connection();
    socket.resetAndDestroy();
    again(socket);
    socket.resetAndDestroy();
    await once(socket, 'close');
  });

  it.each([
    ['with writes that the target does not take', (socket: Socket) => void socket.write(Buffer.alloc(8 * MEBIBYTE))],
    ['with an end behind such writes', (socket: Socket) => void socket.end(Buffer.alloc(8 * MEBIBYTE))],
    ['in the moment of the end', (socket: Socket) => void socket.end()],
    ['after the end', async (socket: Socket) => void (await once(socket.end(), 'finish'))],
  ])('leaves no descriptor behind: %s', async (_when, act) => {
    const before = socketCount();
    const { socket, target } = await connection(true);
    await act(socket);
    socket.resetAndDestroy();
    await once(socket, 'close');
    target.destroy();
    // The listener is the one that stays until the test is finished.
    await until(() => socketCount() === before + 1);
  });
});

describe('a reset by the target', () => {
  it('is an error and never an end, though data lies unread before it', async () => {
    const ends: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      const { socket, target } = await connection();
      socket.once('data', () => socket.pause());
      target.write(Buffer.alloc(4 * MEBIBYTE));
      await until(() => socket.isPaused());
      target.resetAndDestroy();
      await once(target, 'close');
      const over = Promise.race([failureOf(socket), once(socket, 'end').then(() => 'end')]);
      socket.resume();
      const how = await over;
      ends.push(how === 'end' ? how : ((how as NodeJS.ErrnoException).code ?? ''));
      socket.destroy();
    }
    expect(new Set(ends)).toEqual(new Set(['ECONNRESET']));
  });

  it('is an error and never an end after the own end, though it comes together with data', async () => {
    const ends: string[] = [];
    for (let round = 0; round < 100; round += 1) {
      const { socket, target } = await connection();
      let heard = 0;
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.length;
      });
      socket.end();
      await once(target.resume(), 'end');
      target.write(Buffer.alloc(3000));
      target.resetAndDestroy();
      const how = await Promise.race([failureOf(socket), once(socket, 'end').then(() => 'end')]);
      ends.push(how === 'end' ? how : `${(how as NodeJS.ErrnoException).code} after ${heard}`);
    }
    expect(new Set(ends)).toEqual(new Set(['ECONNRESET after 3000']));
  });

  it('does not end the process when nobody listens', async () => {
    const { socket, target } = await connection();
    socket.resume();
    target.resetAndDestroy();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('an end by the target', () => {
  it.each([
    ['by its events', (socket: Socket) => buffer(socket)],
    ['through a pipe that is slower', (socket: Socket) => buffer(socket.pipe(new PassThrough({ highWaterMark: 1 })))],
  ])('comes after the own end behind all that it sent, though nobody reads at first: %s', async (_how, readAll) => {
    const { socket, target } = await connection();
    await once(socket.end(), 'finish');
    const bytes = seededBytes(1, 8 * MEBIBYTE);
    target.end(bytes);
    socket.pause();
    socket.read(0);
    // Full: nothing more is read until somebody takes it.
    await until(() => socket.readableLength >= socket.readableHighWaterMark);
    expect((await readAll(socket)).equals(bytes)).toBe(true);
    target.destroy();
  });

  it('is passed on though writes are waiting for the target', async () => {
    const { socket, target } = await connection(true);
    socket.write(Buffer.alloc(8 * MEBIBYTE));
    target.end('bye');
    socket.resume();
    await once(socket, 'end');
    expect(socket.writable).toBe(true);
    socket.destroy();
  });

  it('is passed on after the own end', async () => {
    const { socket, target } = await connection();
    socket.end();
    target.resume();
    target.end('bye');
    socket.resume();
    await once(socket, 'end');
    await once(socket, 'close');
  });
});

it('has an error listener before it connects', async () => {
  const port = await closedPort(createServer());
  await expect(dial(['127.0.0.1'], port, limits())).rejects.toMatchObject({ code: 'REFUSED' });
});
