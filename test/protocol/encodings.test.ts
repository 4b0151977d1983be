/** Chapter 9: records and the forms in which they come. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { echo, greeter, halfCloser, seededBytes, startTarget } from '../support/targets.ts';

const suite = useBridge();
const bytes = seededBytes(21, 20_000);

/** A session that has sent 20000 bytes. */
const open = async () => {
  const target = await suite.closing(startTarget(({ socket }) => socket.write(bytes)));
  const session = await suite.http.open(target.to);
  await suite.http.read(session.key, { count: 20_000 }).then(() => {});
  return { ...session, target };
};

describe('encodings', () => {
  needs([], 'R-901 lines end in LF, and nothing of the request is echoed', async () => {
    for (const parameters of [
      { key: '<b>"\\' },
      { key: 'x', v: '<script>' },
      { '<i>': '"', as: '<u>' },
      { to: '<a>' },
    ]) {
      for (const path of ['/send', '/receive', '/connect', '/ticket', '/exchange']) {
        const { text } = await suite.http.ask(path, parameters as Record<string, string>);
        expect(text).toMatch(/^NO [A-Z_]+ [ !#-;=-[\]-~]+\n$/);
      }
    }
  });

  needs([], 'R-902 lines carry at most 4096 bytes a record, in padded base64', async () => {
    const { target } = await open();
    const { key } = await suite.http.open(target.to);
    const held = await suite.http.hold('/receive', { key, from: 0, as: 'lines', rotate: 20_000 });
    await held.atLeast(20_000);
    expect(held.bytes.equals(bytes)).toBe(true);
    const data = held.records.filter(({ word }) => word === 'DATA');
    expect(Math.max(...data.map((record) => record.bytes?.length ?? 0))).toBeLessThanOrEqual(4096);
    for (const { text, bytes: part } of data) expect(text).toBe(`DATA ${part?.toString('base64')}`);
    held.leave();
  });

  needs([], 'R-903 frames and binary-text are the same bytes under different types', async () => {
    const { target } = await open();
    const seen: string[] = [];
    for (const as of ['frames', 'binary-text']) {
      const { key } = await suite.http.open(target.to);
      const held = await suite.http.hold('/receive', { key, from: 0, as, mode: 'poll' });
      await held.rest();
      expect(held.length).toBeGreaterThan(0);
      expect(held.bytes.equals(bytes.subarray(0, held.length))).toBe(true);
      expect(held.words).toEqual(['AT', 'AGAIN']);
      seen.push(String(held.headers['content-type']));
    }
    expect(seen).toEqual(['application/octet-stream', 'text/plain; charset=x-user-defined']);
  });

  needs([], 'R-904 each event has the offset after it, and Last-Event-ID beats from', async () => {
    const { target } = await open();
    const { key } = await suite.http.open(target.to);
    await suite.http.read(key, { count: 1 });
    const ticket = (await suite.http.ask('/ticket', { key })).text.slice(3).trim();
    const asked = { ticket, as: 'events', mode: 'poll', from: 0, pad: 5 };
    const held = await suite.http.hold('/receive', asked, { method: 'GET' });
    await held.rest();
    expect(held.length).toBeGreaterThan(0);
    let offset = 0;
    for (const { word, id, bytes: part } of held.records) {
      offset += part?.length ?? 0;
      expect([word, id]).toEqual([word, word.startsWith('~') ? null : String(offset)]);
    }
    const again = await suite.http.hold('/receive', asked, { method: 'GET', headers: { 'last-event-id': '77' } });
    await again.rest();
    expect(again.length).toBeGreaterThan(0);
    expect(again.bytes.equals(bytes.subarray(77, 77 + again.length))).toBe(true);
    const { text } = await suite.http.ask('/receive', { key: 'none', as: 'events' });
    expect(text).toMatch(/^data:NO GONE [^\n]+\n\n$/);
  });

  needs([], 'R-905 held answers carry the headers that keep them whole and fresh', async () => {
    const { key } = await open();
    for (const parameters of [{ as: 'raw' }, { as: 'lines' }, { as: 'frames' }, { as: 'events' }, { mode: 'poll' }]) {
      const held = await suite.http.hold(
        '/receive',
        { key, ...parameters },
        { headers: { 'accept-encoding': 'gzip, br' } },
      );
      expect(held.status).toBe(200);
      expect(held.headers).toMatchObject({
        'cache-control': 'no-store, no-cache, no-transform, must-revalidate, max-age=0',
        pragma: 'no-cache',
        expires: '0',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
        'referrer-policy': 'no-referrer',
        'content-type': expect.stringContaining('/'),
      });
      expect(held.headers['content-length']).toBeUndefined();
      expect(held.headers['content-encoding']).toBeUndefined();
      held.leave();
    }
  });

  needs(['raw head'], 'R-905 an HTTP/1.0 client gets a body that ends with the connection', async () => {
    const { key } = await open();
    const head = `POST /receive?key=${key}&mode=poll&hold=0&from=20000 HTTP/1.0\r\nHost: ${suite.http.host}\r\n\r\n`;
    const answer = await suite.http.exchangeRaw(head);
    expect(answer).not.toMatch(/Transfer-Encoding|Content-Length/i);
    expect(answer).toMatch(/\r\n\r\nAT 20000 \d+\nAGAIN\n$/);
  });

  needs([], 'R-906 padding is the first thing of an answer', async () => {
    const { key } = await open();
    for (const as of ['lines', 'frames', 'events']) {
      const held = await suite.http.hold('/receive', { key, as, mode: 'poll', pad: 2048 });
      expect((await held.next())?.text).toBe('~'.repeat(2048));
      expect((await held.next())?.word).toBe('AT');
      await held.rest();
    }
  });

  needs(['stream'], 'R-907 raw is bare bytes, and only the end of the target finishes it properly', async () => {
    const ended = await suite.closing(halfCloser('bye'));
    const whole = await suite.http.hold('/connect', { to: ended.to });
    await whole.rawKey();
    expect(await whole.rest()).toBe('whole');
    expect(whole.bytes.toString()).toBe('bye');
    const target = await suite.closing(greeter('hello'));
    const first = await suite.http.hold('/connect', { to: target.to });
    const key = await first.rawKey();
    await first.atLeast(5);
    const second = await suite.http.hold('/receive', { key, from: 2 });
    expect((await second.atLeast(3)).toString()).toBe('llo');
    expect(await first.rest()).toBe('cut');
    (await target.peer()).socket.resetAndDestroy();
    expect(await second.rest()).toBe('cut');
    expect(second.bytes.toString()).toBe('llo');
    const spent = await suite.http.ask('/receive', { key, from: 5 });
    expect([spent.status, spent.text.slice(0, 13)]).toEqual([410, 'ERR RESET 5 0']);
    const lines = await suite.http.ask('/receive', { key, from: 5, as: 'lines' });
    expect([lines.status, lines.text.replace(/^AT.*\n/, '')]).toEqual([200, spent.text]);
  });

  needs(
    ['stream'],
    'R-908 raw that says from waits for acknowledgements, raw that says nothing never does',
    async () => {
      const flood = seededBytes(22, 1_500_000);
      const target = await suite.closing(startTarget(({ socket }) => socket.write(flood)));
      const forgetful = await suite.http.hold('/connect', { to: target.to });
      const key = await forgetful.rawKey();
      expect((await forgetful.atLeast(flood.length)).equals(flood)).toBe(true);
      const kept = await suite.http.ask('/receive', { key, mode: 'poll' });
      expect(Number(/^AT (\d+)/.exec(kept.text)?.[1])).toBeGreaterThan(0);

      const session = await suite.http.open(target.to);
      const careful = await suite.http.hold('/receive', { key: session.key, from: 0 });
      const window = session.bytes('window');
      await careful.atLeast(window);
      const probe = await suite.http.send(session.key, {});
      expect([careful.length, probe.downTail]).toEqual([window, window]);
      await suite.http.send(session.key, { ack: 1000 });
      await careful.atLeast(window + 1000);
      expect(careful.bytes.equals(flood.subarray(0, window + 1000))).toBe(true);
      forgetful.leave();
      careful.leave();
    },
  );

  needs([], 'R-909 raw never becomes a page', async () => {
    const { key } = await open();
    const held = await suite.http.hold('/receive', { key });
    expect(held.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-security-policy': "sandbox; default-src 'none'",
      'content-disposition': 'attachment',
    });
    held.leave();
  });

  needs([], 'R-910 an encoding or coding that is not offered is refused', async () => {
    const target = await suite.closing(echo());
    const { key } = await suite.http.open(target.to);
    for (const as of ['none', '', 'LINES', '__proto__', 'toString']) {
      expect(refusal(await suite.http.ask('/receive', { key, as }))).toBe('400 BAD_REQUEST');
      expect(refusal(await suite.http.ask('/exchange', { key, as }))).toBe('400 BAD_REQUEST');
      expect(refusal(await suite.http.ask('/connect', { to: target.to, as }))).toBe('400 BAD_REQUEST');
      expect(refusal(await suite.http.ask('/send', { key, body: as }))).toBe('400 BAD_REQUEST');
    }
    expect(target.peers).toHaveLength(1);
  });
});
