/** Chapter 12, second half: what a plain client still says when its target has said its last and reads slowly. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { maskedFrame } from '../support/early-bytes.ts';
import { type Peer, seededBytes, stalled } from '../support/targets.ts';
import { openWs, type WsClient } from '../support/ws-client.ts';

/** A client whose target takes nothing shows no life for as long, and a busy machine is slow to fill it. */
const suite = useBridge({ times: { keep: 60 } });
const MESSAGE = 500_000;
const message = seededBytes(61, MESSAGE);

const open = async (): Promise<{ ws: WsClient; peer: Peer }> => {
  const target = await suite.closing(stalled());
  const ws = await suite.closing(openWs(`${suite.url}/connect?to=${target.to}`, []));
  return { ws, peer: await target.peer() };
};

const roundTrip = () => suite.http.ask('/close', { key: 'none' });

/** Sends until a message waits in the client itself. @returns how many were sent */
const fill = async ({ ws }: WsClient): Promise<number> => {
  let count = 0;
  let flushed = true;
  let failure: Error | null = null;
  while (flushed && !failure && count < 200) {
    flushed = false;
    count += 1;
    ws.send(message, (error) => {
      flushed = true;
      failure = error ?? null;
    });
    for (let trips = 0; trips < 100 && !flushed; trips += 1) await roundTrip();
  }
  expect([flushed, failure]).toEqual([false, null]);
  return count;
};

/** Lets a target read one piece at a time, with a round trip of the bridge between them. */
const readSlowly = async ({ socket, end }: Peer): Promise<string> => {
  let over = false;
  void end.then(() => {
    over = true;
  });
  socket.on('data', () => void socket.pause());
  while (!over) {
    socket.resume();
    await roundTrip();
  }
  return end;
};

describe('ends of a plain WebSocket', { concurrent: true }, () => {
  needs(
    ['upgrade'],
    'R-1224 R-1227 after the end of a slow target all arrives that was said before and since',
    async () => {
      const { ws, peer } = await open();
      const before = await fill(ws);
      peer.socket.end('bye');
      expect((await ws.atLeast(3)).toString()).toBe('bye');
      for (let more = 0; more < 10; more += 1) ws.send(message);
      expect(await readSlowly(peer)).toBe('end');
      expect(peer.length).toBe((before + 10) * MESSAGE);
      expect(peer.received.equals(Buffer.alloc(peer.length, message))).toBe(true);
      expect(await ws.rest()).toMatchObject({ code: 1000 });
    },
    120_000,
  );

  needs(['upgrade', 'raw head'], 'R-1224 R-1227 what crosses the close of the bridge arrives too', async () => {
    const { ws, peer } = await open();
    ws.ws.pause();
    peer.socket.end('bye');
    // Underneath the library, and before it has seen the close: it says nothing after one.
    for (let trips = 0; trips < 10; trips += 1) await roundTrip();
    const pieces = Array.from({ length: MESSAGE / 100 }, (_, index) =>
      message.subarray(index * 100, index * 100 + 100),
    );
    Reflect.get(ws.ws, '_socket').write(Buffer.concat(pieces.map(maskedFrame)));
    ws.ws.resume();
    expect(await readSlowly(peer)).toBe('end');
    expect(peer.received.equals(message)).toBe(true);
    expect(await ws.rest()).toMatchObject({ code: 1000 });
    expect(ws.bytes.toString()).toBe('bye');
  });
});
