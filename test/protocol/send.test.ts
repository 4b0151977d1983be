/** Chapter 5: bytes for the target, each once: repeats, gaps, waits, ends, appends and codings. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { greeter, seededBytes, stalled, startTarget, type Target } from '../support/targets.ts';
import { fill, openWriter } from '../support/writer.ts';

const suite = useBridge();
const open = (start?: () => Promise<Target>, keep?: number) => openWriter(suite, start, keep);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('send', () => {
  needs([], 'R-501 the line says what has come, what has room, and how much was sent down', async () => {
    const { send, peer, bytes, key } = await open(() => greeter('hello'));
    await suite.http.read(key, { count: 5 });
    expect(await send({ at: 0 }, 'abc')).toMatchObject({ upNext: 3, downTail: 5, end: false });
    await peer.bytes(3);
    let line = await send({});
    while (line.window < bytes('up')) line = await send({});
    expect(line).toEqual({ upNext: 3, window: bytes('up'), downTail: 5, end: false });
    expect((await send({ at: 3, end: 4 }, '!')).end).toBe(true);
  });

  needs([], 'R-502 a request that fails a check changes nothing', async () => {
    const { ask, send, peer, key } = await open(() => greeter('0123456789'));
    await suite.http.read(key, { count: 10 });
    const failing = [
      [{ at: 0, ack: 11 }, '409 OFFSET'],
      [{ at: 9_999_999, ack: 5, end: 9_999_999 }, '409 OFFSET'],
      [{ at: 0, ack: 5, end: 1 }, '409 OFFSET'],
      [{ at: 0, ack: 5, body: 'base64' }, '400 BAD_REQUEST'],
      [{ at: 0, ack: 5, body: 'none' }, '400 BAD_REQUEST'],
      [{ at: 0, ack: 5, end: '' }, '400 BAD_REQUEST'],
    ] as const;
    for (const [parameters, expected] of failing) {
      expect(refusal(await ask(parameters, 'no!')), JSON.stringify(parameters)).toBe(expected);
    }
    expect(await send({ end: 2, ack: 3, at: 0 }, 'ok')).toMatchObject({ upNext: 2, end: true });
    expect((await peer.bytes(2)).toString()).toBe('ok');
    const { text } = await suite.http.ask('/receive', { key, from: 4, mode: 'poll', hold: 0 });
    expect(text).toMatch(/^AT 4 /);
  });

  needs([], 'R-503 R-505 repeated one to three times and in any order, each byte arrives once', async () => {
    const { send, peer } = await open();
    const bytes = seededBytes(11, 48_000);
    const chunk = fc.record({
      from: fc.nat(47_999),
      size: fc.integer({ min: 1, max: 5000 }),
      times: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 6 }), async (chunks) => {
        const posts = chunks.flatMap(({ from, size, times }) =>
          Array.from({ length: times }, () => send({ at: from }, bytes.subarray(from, from + size))),
        );
        await Promise.all(posts);
      }),
      { numRuns: 25 },
    );
    for (let from = 44_000; from >= 0; from -= 4000) await send({ at: from }, bytes.subarray(from, from + 4000));
    expect(sha256(await peer.bytes(48_000))).toBe(sha256(bytes));
    expect(await send({})).toMatchObject({ upNext: 48_000 });
  });

  needs([], 'R-504 a payload longer than the window is read as the target takes it', async () => {
    const { send, peer } = await open(stalled);
    const bytes = seededBytes(12, 8_000_000);
    const sending = send({ at: 0 }, bytes);
    peer.socket.resume();
    let line = await sending;
    while (line.upNext < bytes.length) line = await send({ at: line.upNext }, bytes.subarray(line.upNext));
    expect(sha256(await peer.bytes(bytes.length))).toBe(sha256(bytes));
    expect(await send({ at: 0 }, bytes)).toMatchObject({ upNext: bytes.length });
  });

  needs([], 'R-505 ahead of its turn a payload is kept whole or not at all, and the first arrival wins', async () => {
    const { ask, send, peer, bytes } = await open();
    const window = bytes('up');
    expect((await send({ at: 2 }, 'CD')).upNext).toBe(0);
    expect((await send({ at: 1 }, 'xyz')).upNext).toBe(0);
    const beyond = await ask({ at: window - 1 }, 'no');
    expect(refusal(beyond)).toBe('409 OFFSET');
    expect(beyond.text).toMatch(new RegExp(`^NO OFFSET up 0 ${window} `));
    expect(refusal(await ask({ at: 5 }, Buffer.alloc(window)))).toBe('409 OFFSET');
    expect((await send({ at: 0 }, 'A')).upNext).toBe(4);
    expect((await peer.bytes(4)).toString()).toBe('AxCD');
    expect((await send({ at: window - 1 }, 'z')).upNext).toBe(4);
  });

  needs(['connection'], 'R-506 a stalled target stalls its sender for hold, and the connection closes', async () => {
    const session = await open(stalled);
    const { upNext, window } = await fill(session);
    expect(window).toBe(0);
    const answer = await session.ask({ at: upNext, hold: 0 }, Buffer.alloc(5_000_000));
    expect(answer.text).toMatch(new RegExp(`^OK ${upNext} 0 `));
    expect(answer.headers.connection).toBe('close');
    const began = performance.now();
    expect(await session.send({ hold: 1 })).toMatchObject({ upNext, window: 0 });
    expect(performance.now() - began).toBeGreaterThan(900);
    const waiting = session.send({ hold: 60 });
    session.peer.socket.resume();
    expect((await waiting).window).toBeGreaterThan(0);
  });

  needs([], 'R-506 a wait ends in time for the session to be kept', async () => {
    const session = await open(stalled, 0);
    const { upNext } = await fill(session);
    expect(await session.send({ hold: 60 })).toMatchObject({ upNext, window: 0 });
    expect(await session.send({ hold: 0 })).toMatchObject({ upNext, window: 0 });
  });

  needs([], 'R-507 a fifth send that would wait is answered at once', async () => {
    const session = await open(stalled);
    const { upNext } = await fill(session);
    const four = [0, 1, 2, 3].map(() => session.send({ at: upNext, hold: 60 }, 'wait'));
    let answered = 0;
    for (const one of four) void one.then(() => (answered += 1));
    // Each is known to wait once a fifth is sent away at once.
    const fifth = await session.send({ at: upNext, hold: 60 }, 'more');
    expect(fifth).toMatchObject({ upNext, window: 0 });
    expect(answered).toBeLessThanOrEqual(1);
    session.peer.socket.resume();
    for (const line of await Promise.all(four)) expect(line.upNext).toBeGreaterThanOrEqual(upNext);
  });

  needs([], 'R-508 an acknowledgement only rises, stays within what was sent, and waits for nothing', async () => {
    const session = await open(async () => startTarget(({ socket }) => void socket.pause().write('0123456789')));
    await suite.http.read(session.key, { count: 10 });
    const { upNext } = await fill(session);
    for (const [ack, start] of [
      [8, 8],
      [3, 8],
      [8, 8],
      [10, 10],
    ] as const) {
      expect(await session.send({ ack, hold: 60 })).toMatchObject({ upNext, window: 0 });
      const { text } = await suite.http.ask('/receive', { key: session.key, from: 0, mode: 'poll' });
      expect(text).toMatch(new RegExp(`^NO OFFSET down ${start} 10 `));
    }
    const answer = await session.ask({ ack: 11 });
    expect(answer.text).toMatch(/^NO OFFSET down 10 10 /);
  });

  needs([], 'R-509 the end takes effect at its offset, once, and nothing goes past it', async () => {
    const { ask, send, peer } = await open();
    expect(await send({ end: 6 })).toMatchObject({ upNext: 0, end: false });
    expect(await send({ at: 3 }, 'def')).toMatchObject({ upNext: 0, end: false });
    expect(refusal(await ask({ end: 7 }))).toBe('409 OFFSET');
    expect(refusal(await ask({ at: 4 }, 'xyz'))).toBe('409 OFFSET');
    expect(refusal(await ask({ at: 6 }, 'x'))).toBe('409 OFFSET');
    expect(await send({ at: 0, end: 6 }, 'abc')).toMatchObject({ upNext: 6, end: true });
    expect(await send({ at: 0, end: 6 }, 'abcdef')).toMatchObject({ upNext: 6, end: true });
    expect(await peer.end).toBe('end');
    expect(peer.received.toString()).toBe('abcdef');
    const other = await open();
    await other.send({ at: 0 }, 'abc');
    expect(refusal(await other.ask({ end: 2 }))).toBe('409 OFFSET');
  });

  needs([], 'R-510 without at a payload is appended, and an empty end ends after it', async () => {
    const { ask, send, peer } = await open();
    await send({}, 'one ');
    await send({ ack: 0 }, 'two ');
    expect(await send({ end: '' }, 'three')).toMatchObject({ upNext: 13, end: true });
    expect(await peer.end).toBe('end');
    expect(peer.received.toString()).toBe('one two three');
    expect(refusal(await ask({ at: 13, end: '' }))).toBe('400 BAD_REQUEST');
  });

  needs(['raw head'], 'R-510 an empty end does not count where the body was cut off', async () => {
    const { key, send, peer } = await open();
    const socket = await suite.http.socket();
    socket.write(`POST /send?key=${key}&end= HTTP/1.1\r\nHost: ${suite.http.host}\r\nContent-Length: 9\r\n\r\nabc`);
    await peer.bytes(3);
    socket.destroy();
    expect(await send({}, 'def')).toMatchObject({ upNext: 6, end: false });
    expect((await peer.bytes(6)).toString()).toBe('abcdef');
  });

  needs([], 'R-511 the first write decides between offsets and appends', async () => {
    const byOffset = await open();
    await byOffset.send({ at: 0 }, 'x');
    expect(refusal(await byOffset.ask({}, 'y'))).toBe('400 BAD_REQUEST');
    const byAppend = await open();
    await byAppend.send({}, 'x');
    expect(refusal(await byAppend.ask({ at: 1 }, 'y'))).toBe('400 BAD_REQUEST');
    expect((await byAppend.send({ ack: 0 })).upNext).toBe(1);
  });

  needs(
    ['connection'],
    'R-512 an append closes its connection, and one that never comes to its turn is LIMIT',
    async () => {
      const { ask, key, send, peer } = await open();
      expect((await ask({}, 'a')).headers.connection).toBe('close');
      const socket = await suite.http.socket();
      socket.write(`POST /send?key=${key} HTTP/1.1\r\nHost: ${suite.http.host}\r\nContent-Length: 9\r\n\r\nunfinis`);
      await peer.bytes(8);
      expect(refusal(await ask({ hold: 0 }, 'b'))).toBe('429 LIMIT');
      expect((await send({ ack: 0 })).upNext).toBe(8);
      const waiting = send({ hold: 60 }, 'c');
      socket.write('he');
      await waiting;
      expect((await peer.bytes(11)).toString()).toBe('aunfinishec');
    },
  );
});
