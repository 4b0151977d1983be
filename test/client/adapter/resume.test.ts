/** What is kept for a later page: its text, and a page that goes on in the middle of both streams. */

import './engine.ts';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { formatKept, type Kept, parseKept, placeOf } from '../../../client/adapter/resume.ts';
import type { SocketOptions } from '../../../client/adapter/socket-types.ts';
import { bytesEdge, type Edge, stringEdge } from '../../../client/transport/edge.ts';
import { useBridge } from '../../support/bridge.ts';
import { startTarget } from '../../support/targets.ts';
import { MemoryStorage, pattern, watched } from './fixtures.ts';

const suite = useBridge();
const edge = bytesEdge() as Edge<Uint8Array>;

const number = fc.integer({ min: 0, max: 2 ** 53 - 1 });
const chunk = fc.uint8Array({ maxLength: 70 });
const info = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(fc.nat(), fc.stringMatching(/^[a-zA-Z][\w.:-]*$/)),
  {
    noNullPrototype: true,
  },
);
const kept: fc.Arbitrary<Kept<Uint8Array>> = fc.record({
  session: fc.record({
    down: fc.record({
      key: fc.string({ minLength: 1 }),
      nonce: fc.string({ unit: 'binary' }),
      reader: fc.nat(),
      received: number,
      ended: fc.boolean(),
      info,
    }),
    up: fc.record({ taken: number, rest: chunk, endWanted: fc.boolean(), ended: fc.boolean() }),
  }),
  untold: chunk,
});

/** As it comes back: the bridge may have seen it under the number of another that shares its answers. */
const later = <C>({ session, untold }: Kept<C>): Kept<C> => ({
  session: { ...session, down: { ...session.down, reader: session.down.reader + 15 } },
  untold,
});

test('what is kept comes back from its text as it was, for both kinds of chunks', () => {
  fc.assert(
    fc.property(kept, (one) => {
      expect(parseKept(edge, 'w', formatKept(edge, 'w', one))).toEqual(later(one));
    }),
  );
  const letters = '\0\xff text';
  const one = fc.sample(kept, 1)[0] as Kept<Uint8Array>;
  const strings = { session: { ...one.session, up: { ...one.session.up, rest: letters } }, untold: letters };
  expect(parseKept(stringEdge, 'w', formatKept(stringEdge, 'w', strings))).toEqual(later(strings));
});

test('a text of another connection, of another form, or damaged is not taken', () => {
  fc.assert(
    fc.property(kept, fc.nat(), (one, at) => {
      const text = formatKept(edge, 'w', one);
      expect(parseKept(edge, 'v', text)).toBe(null);
      expect(parseKept(edge, 'w', `2${text.slice(1)}`)).toBe(null);
      expect(parseKept(edge, 'w', text.slice(0, at % text.length))).toBe(null);
    }),
  );
});

test('a storage that refuses keeps nothing of the past, and one that is not there nothing at all', () => {
  const storage = new MemoryStorage();
  vi.stubGlobal('sessionStorage', storage);
  const place = placeOf(edge, 'n', 'w');
  const one = fc.sample(kept, 1)[0] as Kept<Uint8Array>;
  place.save(one);
  expect(place.load()).toEqual(later(one));
  storage.mostLetters = 10;
  place.save(one);
  expect([place.load(), storage.items.size]).toEqual([null, 0]);
  vi.stubGlobal('sessionStorage', undefined);
  place.save(one);
  expect(place.load()).toBe(null);
});

afterEach(() => vi.unstubAllGlobals());

/** A page of its own: modules of its own, and a window that goes. */
const newPage = async () => {
  vi.resetModules();
  const listeners = new Map<string, () => void>();
  const addEventListener = (name: string, run: () => void) => listeners.set(name, run);
  vi.stubGlobal('window', { addEventListener, onpagehide: null });
  const { connect } = await import('../../../client/adapter/socket.ts');
  const open = (to: string, options: SocketOptions) =>
    watched((handlers) => connect(to, { url: suite.url, resume: 'one', ...handlers, ...options }));
  return { open, go: () => listeners.get('pagehide')?.(), back: () => listeners.get('pageshow')?.() };
};

test.each([[['poll']], [['fetch-stream']], [['exchange']], [['websocket', 'poll']]])(
  'five pages share one connection, and no byte is lost or repeated, by %j',
  async (transports) => {
    vi.stubGlobal('sessionStorage', new MemoryStorage());
    const target = await suite.closing(startTarget());
    const down = pattern(90_000);
    const up = pattern(50_000);
    let received = Buffer.alloc(0);
    for (let page = 0; page < 5; page += 1) {
      const { open, go } = await newPage();
      const { socket, opened, bytes } = open(target.to, { binary: 'bytes', transports });
      expect(socket.resumed).toBe(page > 0);
      await opened;
      const peer = await target.peer();
      peer.socket.write(down.subarray(page * 18_000, (page + 1) * 18_000));
      socket.write(up.subarray(page * 10_000, (page + 1) * 10_000));
      // In the middle of both, but for the last.
      const least = page === 4 ? down.length - received.length : 1;
      await bytes(least);
      go();
      received = Buffer.concat([received, await bytes(least)]);
    }
    const { open } = await newPage();
    const { socket, closed, events } = open(target.to, { binary: 'bytes', transports });
    const peer = await target.peer();
    expect((await peer.bytes(up.length)).equals(up)).toBe(true);
    expect(received.equals(down)).toBe(true);
    socket.end();
    peer.socket.end();
    expect((await closed).code).toBe('CLOSED');
    expect([events, target.peers.length, sessionStorage.getItem('netwine resume one')]).toEqual([
      ['open', 'end', 'close CLOSED'],
      1,
      null,
    ]);
  },
);

test('what was held back and half of a character go to the next page, and the end is told to it again', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(startTarget());
  const one = await newPage();
  const first = one.open(target.to, { transports: ['poll'] });
  await first.opened;
  const peer = await target.peer();
  const euro = Buffer.from('\u20ac');
  peer.socket.write(Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]));
  await first.until(() => first.received().length === 1);
  await first.until(() => first.socket.status().received === 3);
  first.socket.pause();
  peer.socket.end(euro.subarray(2));
  await first.until(() => first.socket.status().held === 1);
  one.go();
  expect(first.received().toString()).toBe('a');
  const two = await newPage();
  const second = two.open(target.to, { transports: ['poll'] });
  await second.until(() => second.events.includes('end'));
  expect(second.received().toString()).toBe('\u20ac');
  two.go();
  const last = (await newPage()).open(target.to, { transports: ['poll'] });
  await last.until(() => last.events.includes('end'));
  expect(last.received().length).toBe(0);
  last.socket.close();
});

test('a connection to another target does not go on with it, and one that the bridge has forgotten says so once', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(startTarget());
  const one = await newPage();
  const first = one.open(target.to, {});
  await first.opened;
  one.go();
  await suite.http.ask('/close', { key: (sessionStorage.getItem('netwine resume one') ?? '').split(' ')[2] ?? '' });
  const two = await newPage();
  const second = two.open(target.to, {});
  expect(second.socket.resumed).toBe(true);
  expect((await second.closed).code).toBe('GONE');
  const third = (await newPage()).open(target.to, {});
  expect(third.socket.resumed).toBe(false);
  await third.opened;
  third.socket.close();
});

test('a page that was only put aside goes on where it was', async () => {
  vi.stubGlobal('sessionStorage', new MemoryStorage());
  const target = await suite.closing(startTarget());
  const { open, go, back } = await newPage();
  const { socket, opened, bytes, events } = open(target.to, { transports: ['poll'] });
  await opened;
  const peer = await target.peer();
  peer.socket.write('before ');
  await bytes(7);
  go();
  peer.socket.write('meanwhile');
  back();
  expect((await bytes(16)).toString()).toBe('before meanwhile');
  expect(events).toEqual(['open']);
  socket.close();
});

test('without the option a page that goes ends its connections, with what was on its way, and knows it when it is back', async () => {
  const target = await suite.closing(startTarget());
  const { open, go, back } = await newPage();
  const { socket, opened, closed, until } = open(target.to, { resume: '' });
  await opened;
  socket.write('last words');
  await until(() => socket.bufferedAmount() === 0);
  const beacon = vi.fn((url: string, text: string) => {
    void fetch(url, { method: 'POST', body: text });
    return true;
  });
  vi.stubGlobal('navigator', { sendBeacon: beacon });
  go();
  expect(beacon).toHaveBeenCalledWith(`${suite.url}/close`, expect.stringMatching(/^key=[^&]+&end=10$/));
  const peer = await target.peer();
  expect(await peer.end).toBe('end');
  expect(peer.received.toString()).toBe('last words');
  back();
  expect((await closed).code).toBe('LEFT');
});
