/** Chapter 4: readers that replace each other, polls and streams, and when they end. */
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { needs, startBridge, useBridge } from '../support/bridge.ts';
import { HttpClient, refusal } from '../support/http-client.ts';
import { echo, greeter, halfCloser, seededBytes, source, startTarget } from '../support/targets.ts';

const suite = useBridge();

const opened = async (text: string) => {
  const target = await suite.closing(greeter(text));
  const session = await suite.http.open(target.to);
  await suite.http.read(session.key, { count: text.length });
  return { target, ...session };
};
const poll = (key: string, more: Record<string, string | number> = {}) =>
  suite.http.ask('/receive', { key, mode: 'poll', hold: 0, ...more });

describe('receive', () => {
  needs([], 'R-401 a stale reader and an offset that is not kept are told, and change nothing', async () => {
    const { key } = await opened('0123456789');
    expect((await poll(key, { reader: 5, from: 4 })).text).toMatch(/^AT 4 5\nDATA /);
    expect((await poll(key, { reader: 4, from: 999 })).text).toBe('MOVED 5\n');
    for (const [from, reader] of [
      [3, 6],
      [11, 7],
      [3, 5],
    ] as const) {
      const answer = await poll(key, { reader, from });
      expect(refusal(answer)).toBe('409 OFFSET');
      expect(answer.text).toMatch(/^NO OFFSET down 4 10 /);
    }
    expect((await poll(key, { reader: 5, from: 4 })).text).toMatch(/^AT 4 5\nDATA /);
    expect((await poll(key, { reader: 6, from: 10 })).text).toBe('AT 10 6\nAGAIN\n');
    expect((await poll(key, { reader: 5, from: 0 })).text).toBe('MOVED 6\n');
  });

  needs(['stream'], 'R-402 an equal reader replaces, and each learns the number that took over', async () => {
    const { key } = await opened('x');
    const first = await suite.http.hold('/receive', { key, reader: 3, from: 1, as: 'lines' });
    await first.until('AT');
    const second = await suite.http.hold('/receive', { key, reader: 3, from: 1, as: 'frames' });
    expect((await first.until('MOVED')).text).toBe('MOVED 3');
    expect(await first.rest()).toBe('whole');
    await second.until('AT');
    expect((await poll(key, { reader: 9, from: 1 })).text).toBe('AT 1 9\nAGAIN\n');
    expect((await second.until('MOVED')).text).toBe('MOVED 9');
  });

  needs([], 'R-403 without a number a reader is the highest seen and one', async () => {
    const { key } = await opened('x');
    await poll(key, { reader: 41 });
    expect((await poll(key)).text).toMatch(/^AT 0 42\n/);
  });

  needs([], 'R-404 the first number may be any below 2^31, later ones are near the highest', async () => {
    const { key } = await opened('x');
    expect(refusal(await poll(key, { reader: 2 ** 31 }))).toBe('400 BAD_REQUEST');
    expect((await poll(key, { reader: 2 ** 31 - 2000 })).text).toMatch(/^AT 0 2147481648\n/);
    expect(refusal(await poll(key, { reader: 2 ** 31 - 999 }))).toBe('400 BAD_REQUEST');
    expect((await poll(key, { reader: 2 ** 31 - 1000 })).text).toMatch(/^AT 0 2147482648\n/);
  });

  needs([], 'R-405 every answer that attaches says AT first, after padding and in any encoding', async () => {
    const { key } = await opened('x');
    for (const as of ['lines', 'frames', 'binary-text', 'events']) {
      const held = await suite.http.hold('/receive', { key, as, mode: 'poll', pad: 10 });
      await held.rest();
      const records = held.records.map(({ text, word }) => (word === 'DATA' ? word : text.replace(/\d+$/, 'n')));
      expect(records, as).toEqual(['~~~~~~~~~~', 'AT 0 n', 'DATA', 'AGAIN']);
    }
  });

  needs([], 'R-406 an answer that does not attach is one line, with a status that fits it', async () => {
    const { key, target } = await opened('x');
    await poll(key, { reader: 9 });
    const asked = { key, reader: 1 };
    const moved = await Promise.all([
      suite.http.ask('/receive', asked),
      suite.http.ask('/receive', { ...asked, as: 'lines' }),
      suite.http.ask('/receive', { ...asked, mode: 'poll' }),
      suite.http.ask('/receive', { ...asked, status: 200 }),
    ]);
    expect(moved.map(({ status }) => status)).toEqual([409, 200, 200, 200]);
    for (const { text } of moved) expect(text).toBe('MOVED 9\n');
    (await target.peer()).socket.resetAndDestroy();
    const held = await suite.http.hold('/receive', { key, as: 'lines' });
    expect(await held.rest()).toBe('whole');
    expect(held.words.at(-1)).toBe('ERR');
    const raw = await suite.http.ask('/receive', { key, from: 1 });
    expect([raw.status, raw.text]).toEqual([410, `${held.last?.text}\n`]);
  });

  needs([], 'R-407 a poll waits for bytes, answers at the first, carries 64 KiB, and ends with AGAIN', async () => {
    const target = await suite.closing(echo());
    const { key, info } = await suite.http.open(target.to);
    expect((await poll(key)).text).toMatch(/^AT 0 \d+\nAGAIN\n$/);
    const began = performance.now();
    expect((await suite.http.ask('/receive', { key, mode: 'poll' })).text).toMatch(/^AT 0 \d+\nAGAIN\n$/);
    expect(performance.now() - began).toBeGreaterThan(Number(info.hold) * 1000 - 50);
    const waiting = suite.http.ask('/receive', { key, mode: 'poll', hold: 60 });
    await suite.http.send(key, { at: 0 }, 'now');
    expect((await waiting).text).toMatch(/^AT 0 \d+\nDATA bm93\nAGAIN\n$/);
    const bytes = seededBytes(1, 200_000);
    const flood = await suite.closing(source(bytes));
    const { key: other } = await suite.http.open(flood.to);
    const read: Buffer[] = [];
    for (let from = 0; from < bytes.length; ) {
      const held = await suite.http.hold('/receive', { key: other, from, mode: 'poll' });
      await held.rest();
      expect(held.length).toBeLessThanOrEqual(65_536);
      expect(held.last?.word).toBe('AGAIN');
      read.push(held.bytes);
      from += held.length;
    }
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  });

  needs(
    ['stream'],
    'R-408 a silent stream says PING, first as a proof and then again and again',
    async () => {
      const { key, info } = await opened('x');
      const began = performance.now();
      const held = await suite.http.hold('/receive', { key, from: 1, as: 'lines' });
      await held.until('PING');
      expect(performance.now() - began).toBeLessThan(5000);
      await held.until('PING');
      expect(performance.now() - began).toBeGreaterThan(Number(info.ping) * 1000 - 50);
      held.leave();
    },
    120_000,
  );

  needs([], 'R-409 a stream ends with AGAIN after rotate bytes, and goes on where it was', async () => {
    const bytes = seededBytes(2, 40_000);
    const target = await suite.closing(source(bytes));
    const { key } = await suite.http.open(target.to);
    let from = 0;
    for (const rotate of [4096, 10_000, 1]) {
      const held = await suite.http.hold('/receive', { key, from, as: 'frames', rotate });
      expect(await held.rest()).toBe('whole');
      expect([held.length, held.last?.word]).toEqual([Math.max(rotate, 4096), 'AGAIN']);
      expect(held.bytes.equals(bytes.subarray(from, from + held.length))).toBe(true);
      from += held.length;
    }
  });

  needs(
    [],
    'R-410 a stream ends with AGAIN after half of keep without a sign, in time to ask again',
    async () => {
      const target = await suite.closing(echo());
      const { key, seconds } = await suite.http.open(target.to, { keep: 0 });
      const held = await suite.http.hold('/receive', { key, as: 'lines' });
      await held.until('AT');
      // A sign soon after its start must not let the stream last until keep is over.
      await suite.http.send(key, { ack: 0 });
      const began = performance.now();
      await held.until('AGAIN');
      const passed = (performance.now() - began) / 1000;
      expect(passed).toBeGreaterThan(seconds('keep') / 2 - 0.05);
      expect(passed).toBeLessThan(seconds('keep') * 0.85);
      expect((await poll(key)).text).toMatch(/^AT /);
    },
    200_000,
  );

  needs([], 'R-411 a stream that sent its whole window ends with AGAIN, unless acknowledgements come', async () => {
    const target = await suite.closing(startTarget(({ socket }) => socket.write(seededBytes(3, 2_000_000))));
    const session = await suite.http.open(target.to);
    const { key } = session;
    const window = session.bytes('window');
    const held = await suite.http.hold('/receive', { key, from: 0, as: 'frames', rotate: window });
    expect(await held.rest()).toBe('whole');
    expect([held.length, held.last?.word]).toEqual([window, 'AGAIN']);
    const next = await suite.http.hold('/receive', { key, from: 1000, as: 'frames' });
    await next.atLeast(window - 1000);
    expect(await next.rest()).toBe('whole');
    expect(next.last?.word).toBe('AGAIN');
  });

  needs([], 'R-412 END is told to every reader that reaches it, until it says ended=1', async () => {
    const target = await suite.closing(halfCloser('bye'));
    const { key } = await suite.http.open(target.to);
    await suite.http.read(key, { count: 3 });
    for (const from of [3, 3]) {
      expect((await suite.http.ask('/receive', { key, from, mode: 'poll', hold: 60 })).text).toMatch(
        /^AT 3 \d+\nEND\nAGAIN\n$/,
      );
    }
    expect((await poll(key, { from: 3, ended: 1 })).text).toMatch(/^AT 3 \d+\nAGAIN\n$/);
  });

  needs([], 'R-413 what was not acknowledged is read again, in any encoding and from any offset kept', async () => {
    const bytes = seededBytes(4, 9000);
    const target = await suite.closing(startTarget(({ socket }) => socket.write(bytes)));
    const { key } = await suite.http.open(target.to);
    await suite.http.read(key, { count: 9000 });
    for (const [from, as] of [
      [0, 'frames'],
      [1, 'lines'],
      [4097, 'binary-text'],
      [4097, 'events'],
      [8999, 'lines'],
    ] as const) {
      const held = await suite.http.hold('/receive', { key, from, as, mode: 'poll' });
      await held.rest();
      expect(held.bytes.equals(bytes.subarray(from)), `${as} ${from}`).toBe(true);
    }
  });

  needs(['own bridge'], 'R-414 a reader that an acknowledgement overtakes gets MOVED with its own number', async () => {
    const size = 16 * 1024 * 1024;
    const bridge = await suite.closing(startBridge({ args: ['--window', String(size)] }));
    const http = await suite.closing(new HttpClient(bridge.url));
    const target = await suite.closing(source(Buffer.alloc(size)));
    const { key } = await http.open(target.to);
    await (await http.hold('/receive', { key, from: 0, as: 'frames' })).rest();
    // Not read, this one stands somewhere before the end of the window.
    const socket = await http.socket();
    socket.pause();
    socket.write(`POST /receive?key=${key}&from=0&reader=50&as=frames HTTP/1.0\r\nHost: ${http.host}\r\n\r\n`);
    const older = { key, from: 0, reader: 49, mode: 'poll', hold: 0 };
    while (!(await http.ask('/receive', older)).text.startsWith('MOVED 50'));
    await http.send(key, { ack: size });
    let got = 0;
    let tail = '';
    socket.on('data', (chunk) => {
      got += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-20);
    });
    await once(socket.resume(), 'end');
    expect(tail).toMatch(/MOVED 50$/);
    expect(got).toBeLessThan(size);
  });

  needs([], 'R-415 reading frees nothing, and an acknowledgement does', async () => {
    const { key } = await opened('0123456789');
    for (const reader of [1, 5, 9])
      expect((await poll(key, { from: 0, reader })).text).toMatch(/DATA MDEyMzQ1Njc4OQ==/);
    await suite.http.send(key, { ack: 6 });
    expect(refusal(await poll(key, { from: 5 }))).toBe('409 OFFSET');
    expect((await poll(key)).text).toMatch(/^AT 6 \d+\nDATA Njc4OQ==\n/);
  });
});
