/** A program that pauses holds back its target, by every way, and its session is kept meanwhile. */

import './engine.ts';
import { expect, test } from 'vitest';
import { connect } from '../../../client/adapter/socket.ts';
import { TCPSocket } from '../../../client/adapter/streams.ts';
import { useBridge } from '../../support/bridge.ts';
import { startTarget } from '../../support/targets.ts';
import { pattern, watched } from './fixtures.ts';

const suite = useBridge();

const WINDOW = 256 * 1024;
const MORE_THAN_ANY_BUFFER = 24 * 1024 * 1024;

test.each([['poll'], ['fetch-stream'], ['xhr-stream'], ['exchange'], ['websocket']])(
  'what is not taken is not acknowledged, and nothing is lost, by %s',
  { timeout: 60_000 },
  async (way) => {
    const down = pattern(MORE_THAN_ANY_BUFFER);
    const target = await suite.closing(startTarget(({ socket }) => void socket.end(down)));
    const { socket, opened, until, closed, received } = watched((handlers) =>
      connect(target.to, { url: suite.url, binary: 'bytes', transports: [way, 'poll'], ...handlers }),
    );
    socket.pause();
    await opened;
    await until(() => socket.status().held > 0);
    const peer = await target.peer();
    // Longer than the bridge keeps a client of which it hears nothing.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const { received: before, state } = socket.status();
    expect(state).not.toBe('over');
    expect(before).toBeLessThanOrEqual(2 * WINDOW);
    expect(peer.socket.writableLength).toBeGreaterThan(0);
    // The way up is not held.
    socket.write('still here');
    expect((await peer.bytes(10)).toString()).toBe('still here');
    socket.resume();
    socket.end();
    expect((await closed).code).toBe('CLOSED');
    expect(received().equals(down)).toBe(true);
  },
);

test('a stream that nobody reads holds back its target', { timeout: 60_000 }, async () => {
  const down = pattern(MORE_THAN_ANY_BUFFER);
  const target = await suite.closing(startTarget(({ socket }) => void socket.end(down)));
  const { hostname, port } = new URL(target.to.replace(/^tcp/, 'http'));
  const { readable } = await new TCPSocket(hostname, Number(port), { url: suite.url, transports: ['poll'] }).opened;
  const reader = readable.getReader();
  let length = (await reader.read()).value?.length ?? 0;
  const peer = await target.peer();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(peer.socket.writableLength).toBeGreaterThan(0);
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) length += piece.value.length;
  expect(length).toBe(down.length);
});
