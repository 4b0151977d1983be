/** A first message that crosses the refusal of its socket: it came too late, and does nothing. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Bridge } from '../../../server/bridge.ts';
import { serveFirst } from '../../../server/transport/websocket-first.ts';

afterEach(() => {
  vi.useRealTimers();
});

const serve = () => {
  let dials = 0;
  const bridge = new Bridge({
    policy: { permit: async (_, target) => ({ target, addresses: [], options: {}, rule: null }) },
    targets: {
      tcp: async () => {
        dials += 1;
        return new PassThrough();
      },
    },
  });
  const { router, gate, tickets, answers, options } = bridge;
  const sent: string[] = [];
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    send: (record: string) => void sent.push(record),
    close: () => {
      socket.readyState = 2;
    },
  });
  serveFirst(socket as unknown as WebSocket, {
    client: { address: '127.0.0.1', origin: null, identity: null },
    request: { headers: {}, rawHeaders: [], socket: {} } as unknown as IncomingMessage,
    to: undefined,
    route: null,
    options: { ...options, router, gate, tickets, answers, onInternal: () => {} },
  });
  return {
    bridge,
    sent,
    dials: () => dials,
    say: async () => {
      socket.emit('message', Buffer.from(`to=127.0.0.1:1&nonce=${'n'.repeat(22)}`), false);
      await nextRound();
      await nextRound();
    },
  };
};

test('in time it connects', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { bridge, sent, dials, say } = serve();
  await say();
  expect(sent[0]).toMatch(/^OK /);
  expect(dials()).toBe(1);
  await bridge.close();
});

// As where F5 lets the timer of the first message fire while that is on its way.
test('after the refusal it connects nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { bridge, sent, dials, say } = serve();
  vi.advanceTimersByTime(10_000);
  await say();
  expect(sent).toEqual(['NO BAD_REQUEST no first message came']);
  expect(dials()).toBe(0);
  expect(bridge.router.sessions.all()).toHaveLength(0);
  await bridge.close();
});
