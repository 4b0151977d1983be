/** Sockets of a page that share one held answer: many at a time, each whole, whatever the others do meanwhile. */

import './engine.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sharedReaders } from '../../../client/adapter/page.ts';
import { connect } from '../../../client/adapter/socket.ts';
import type { SocketOptions } from '../../../client/adapter/socket-types.ts';
import { more } from '../../../client/transport/more.ts';
import { addOldWays } from '../../../client/transport/old.ts';
import { useBridge } from '../../support/bridge.ts';
import { closedPort, echo, seededBytes, startTarget } from '../../support/targets.ts';
import { peak } from '../transport/fake-xhr.ts';
import { MemoryStorage, type Watched, watched } from './fixtures.ts';

addOldWays(more);

const suite = useBridge();

/** The most answers by `fetch` at a time. */
let fetches = 0;

beforeEach(() => {
  const { fetch } = globalThis;
  let open = 0;
  peak.receives = fetches = 0;
  vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
    open += 1;
    fetches = Math.max(fetches, open);
    // Each is given up in the end, also when it is over.
    options.signal?.addEventListener('abort', () => {
      open -= 1;
    });
    return fetch(url, options);
  });
});
afterEach(() => vi.unstubAllGlobals());

const COUNT = 20;

/** Ways that cannot connect do so by polls. */
const by = (way: string): string[] => (way === 'exchange' ? [way] : [way, 'poll']);

describe.each([['xhr-poll'], ['xhr-stream'], ['fetch-stream'], ['exchange']])('by %s', (way) => {
  const open = (to: string, options: SocketOptions = {}): Watched =>
    watched((handlers) =>
      connect(to, {
        url: suite.url,
        binary: 'bytes',
        share: true,
        transports: by(way),
        ...handlers,
        ...options,
      }),
    );

  /** Says something and waits until it has come back, so many times. */
  const talk = async ({ socket, bytes }: Watched, times: number): Promise<string> => {
    let all: Buffer = Buffer.alloc(0);
    for (let i = 0; i < times; i += 1) {
      socket.write(`${i} `);
      all = await bytes(all.length + `${i} `.length);
    }
    return all.toString();
  };
  const said = (times: number): string => Array.from({ length: times }, (_, i) => `${i} `).join('');

  test('twenty sockets have their bytes whole both ways, and hold one answer at a time', async () => {
    const one = async (index: number): Promise<void> => {
      const down = seededBytes(index + 1, 30_000 + index * 3001);
      const up = seededBytes(index + 101, 20_000 + index * 997);
      const target = await suite.closing(startTarget());
      const { socket, opened, bytes, closed, events } = open(target.to);
      await opened;
      const peer = await target.peer();
      for (let at = 0; at < down.length; at += 9001) {
        peer.socket.write(down.subarray(at, at + 9001));
        socket.write(up.subarray((at / 9001) * 5000, (at / 9001 + 1) * 5000));
        await bytes(Math.min(at + 9001, down.length));
      }
      socket.end(up.subarray(Math.ceil(down.length / 9001) * 5000));
      expect((await peer.bytes(up.length)).equals(up), `up ${index}`).toBe(true);
      peer.socket.end();
      expect((await bytes(down.length)).equals(down), `down ${index}`).toBe(true);
      expect([(await closed).code, events]).toEqual(['CLOSED', ['open', 'end', 'close CLOSED']]);
    };
    await Promise.all(Array.from({ length: COUNT }, (_, index) => one(index)));
    const most = { exchange: [0, 0], 'fetch-stream': [0, 1] }[way] ?? [1, 0];
    expect([peak.receives, fetches]).toEqual(most);
  });

  test('sockets that close, end, break and are refused do not disturb the others', async () => {
    const target = await suite.closing(echo());
    const ended = await suite.closing(startTarget(({ socket }) => void socket.end('last words')));
    const broken = await suite.closing(
      startTarget(({ socket }) => void socket.once('data', () => socket.resetAndDestroy())),
    );
    const refused = `127.0.0.1:${await closedPort()}`;
    const staying = Array.from({ length: 3 }, () => open(target.to));
    const others = async (): Promise<void> => {
      const half = open(ended.to);
      await half.until(() => half.events.includes('end'));
      const reset = open(broken.to);
      reset.socket.write('x');
      const closing = open(target.to);
      await closing.opened;
      closing.socket.close();
      const codes = [(await open(refused).closed).code, (await reset.closed).code, (await closing.closed).code];
      expect(codes).toEqual(['REFUSED', 'RESET', 'LEFT']);
      // It may still be written to.
      half.socket.end('heard');
      expect((await half.closed).code).toBe('CLOSED');
      expect(half.received().toString()).toBe('last words');
      expect((await ended.peer()).received.toString()).toBe('heard');
    };
    const [, ...heard] = await Promise.all([others(), ...staying.map((one) => talk(one, 30))]);
    expect(heard).toEqual(staying.map(() => said(30)));
    for (const { socket, closed } of staying) {
      socket.end();
      expect((await closed).code).toBe('CLOSED');
    }
  });

  test('one whose target has ended does not hold up another', { timeout: 30_000 }, async () => {
    const ended = await suite.closing(startTarget(({ socket }) => void socket.end('last words')));
    const half = open(ended.to);
    await half.until(() => half.events.includes('end'));
    const target = await suite.closing(echo());
    const other = open(target.to);
    // At one a second that would take too long.
    expect(await talk(other, 60)).toBe(said(60));
    half.socket.end();
    expect((await half.closed).code).toBe('CLOSED');
    other.socket.close();
  });

  test('one that was silent while others asked thousands of times goes on', async () => {
    const target = await suite.closing(startTarget());
    const { socket, opened, until, bytes } = open(target.to);
    await opened;
    const peer = await target.peer();
    socket.pause();
    peer.socket.write('held');
    await until(() => socket.status().held === 4);
    // It ends what is held now.
    const other = open((await suite.closing(echo())).to);
    await talk(other, 3);
    sharedReaders.last += 2500;
    await talk(other, 3);
    peer.socket.write(', and not');
    socket.resume();
    expect((await bytes(13)).toString()).toBe('held, and not');
    expect(socket.status().state).not.toBe('over');
    socket.close();
    other.socket.close();
  });

  test('both connections of a page that share go on after a reload', async () => {
    vi.stubGlobal('sessionStorage', new MemoryStorage());
    const targets = await Promise.all([echo(), echo()].map((one) => suite.closing(one)));
    const page = async () => {
      vi.resetModules();
      const listeners = new Map<string, () => void>();
      vi.stubGlobal('window', {
        addEventListener: (name: string, run: () => void) => listeners.set(name, run),
        onpagehide: null,
      });
      const modules = [
        import('../../../client/transport/old.ts'),
        import('../../../client/transport/more.ts'),
      ] as const;
      const [old, { more: ways }] = [await modules[0], await modules[1]];
      old.addOldWays(ways);
      const { connect: connectHere } = await import('../../../client/adapter/socket.ts');
      const sockets = targets.map(({ to }, index) =>
        watched((handlers) =>
          connectHere(to, {
            url: suite.url,
            binary: 'bytes',
            share: true,
            transports: by(way),
            resume: `share ${index}`,
            ...handlers,
          }),
        ),
      );
      return { sockets, go: () => listeners.get('pagehide')?.() };
    };
    for (let nth = 0; nth < 4; nth += 1) {
      const { sockets, go } = await page();
      expect(sockets.map(({ socket }) => socket.resumed)).toEqual([nth > 0, nth > 0]);
      expect(await Promise.all(sockets.map((one) => talk(one, 5)))).toEqual([said(5), said(5)]);
      if (nth < 3) go();
      else for (const { socket } of sockets) socket.close();
    }
    expect(targets.map(({ peers }) => peers.length)).toEqual([1, 1]);
  });
});
