/** The waits of writers for room: each ends by room, by the end of the session, by a client that left, or by its time. */
import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Session } from '../../../server/core/session.ts';
import { waitForRoom } from '../../../server/transport/room.ts';

const UP = 100;
const LONG_MS = 60_000;

let session: Session;
let response: ServerResponse;
let takeAll: () => void;
let leave: () => void;
let close: () => Promise<unknown>;

beforeEach(async () => {
  let taken = (): void => {};
  const target = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      taken = done;
    },
    highWaterMark: 1,
  });
  session = new Session(target, { windowBytes: 100, upWindowBytes: UP, keepMs: 1000 });
  takeAll = () => taken();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'request');
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).on('error', () => {});
  response = (await asked)[1] as ServerResponse;
  leave = () => request.destroy();
  close = () => {
    server.closeAllConnections();
    server.close();
    return once(server, 'close');
  };
  // As much as the window takes, and nothing of it is taken by the target.
  while (session.up.room > 0) session.up.accept(session.up.next, new Uint8Array(session.up.room));
});

afterEach(async () => {
  session.close('RESET');
  await close();
});

it('no time to wait is the rest of the turn', async () => {
  expect(await waitForRoom(session, response, 0)).toBe(false);
  expect(session.waiting).toBe(0);
});

it('a wait ends when the target takes bytes', async () => {
  const wait = waitForRoom(session, response, LONG_MS);
  expect(session.waiting).toBe(1);
  takeAll();
  expect(await wait).toBe(true);
  expect(session.waiting).toBe(0);
  expect(response.listenerCount('close')).toBe(0);
});

it('a wait ends with its time', async () => {
  expect(await waitForRoom(session, response, 1)).toBe(false);
  expect(session.waiting).toBe(0);
});

it('a wait ends with the session, and there is no room then', async () => {
  const wait = waitForRoom(session, response, LONG_MS);
  session.close('RESET');
  expect(await wait).toBe(false);
});

it('a wait ends when its client leaves', async () => {
  const wait = waitForRoom(session, response, LONG_MS);
  leave();
  expect(await wait).toBe(false);
  expect(session.waiting).toBe(0);
});

it('a fifth writer does not wait', async () => {
  const waits = [1, 2, 3, 4].map(() => waitForRoom(session, response, LONG_MS));
  expect(session.waiting).toBe(4);
  expect(await waitForRoom(session, response, LONG_MS)).toBe(false);
  takeAll();
  expect(await Promise.all(waits)).toEqual([true, true, true, true]);
});
