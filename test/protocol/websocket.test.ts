/** Chapter 12, first half: a session by the subprotocol netwine.1. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { newNonce, refusal } from '../support/http-client.ts';
import { netwineSockets } from '../support/netwine-sockets.ts';
import { echo, greeter, seededBytes, stalled, startTarget } from '../support/targets.ts';
import { fill, openWriter } from '../support/writer.ts';

const suite = useBridge();
const { socket, connect, attach } = netwineSockets(suite);

describe('netwine.1', { concurrent: true }, () => {
  needs(
    ['upgrade'],
    'R-1201 R-1202 the first message connects or attaches, and OK says where both streams stand',
    async () => {
      const target = await suite.closing(echo());
      const { ws, key, numbers } = await connect(target.to);
      expect(await ws.next()).toMatch(/^INFO id=\S+ framing=bytes window=\d+ up=\d+ /);
      ws.send(Buffer.from('hello'));
      expect((await ws.atLeast(5)).toString()).toBe('hello');
      ws.send('ACK 2');
      const other = await attach(key, '&from=3&reader=4');
      expect(await other.next()).toMatch(new RegExp(`^OK ${key} 3 5 \\d+$`));
      expect((await other.atLeast(2)).toString()).toBe('lo');
      expect(numbers).toEqual([0, 0, expect.any(Number)]);
      const inUrl = await socket(`/connect?to=${target.to}`);
      inUrl.send('keep=60');
      expect(await inUrl.until('OK')).toMatch(/ 0 0 \d+$/);
    },
  );

  needs(['upgrade', 'stream'], 'R-1203 WebSocket and HTTP replace each other by one counter', async () => {
    const target = await suite.closing(greeter('0123456789'));
    const { key } = await suite.http.open(target.to);
    const held = await suite.http.hold('/receive', { key, reader: 1, from: 0, as: 'lines' });
    await held.atLeast(10);
    const ws = await attach(key, '&from=4&reader=2');
    expect((await held.until('MOVED')).text).toBe('MOVED 2');
    expect((await ws.atLeast(6)).toString()).toBe('456789');
    await suite.http.send(key, { at: 0 }, 'abc');
    ws.send(Buffer.from('abcdef'));
    const peer = await target.peer();
    expect((await peer.bytes(6)).toString()).toBe('abcdef');
    expect(refusal(await suite.http.ask('/send', { key }, { payload: 'x' }))).toBe('400 BAD_REQUEST');
    const stale = await attach(key, '&reader=1&from=99');
    expect(await stale.next()).toBe('MOVED 2');
    expect(await stale.closed).toMatchObject({ code: 1000 });
    const wrong = await attach(key, '&reader=3&from=3');
    expect(await wrong.next()).toMatch(/^NO OFFSET down 4 10 /);
    expect(await wrong.closed).toMatchObject({ code: 4409 });
    expect((await suite.http.ask('/receive', { key, from: 10, mode: 'poll', hold: 0 })).text).toBe('AT 10 3\nAGAIN\n');
    expect(await ws.until('MOVED')).toBe('MOVED 3');
    expect(await ws.closed).toMatchObject({ code: 1000 });
  });

  needs(['upgrade'], 'R-1204 bytes are acknowledged within a second, and each quarter of the window', async () => {
    const target = await suite.closing(startTarget());
    const { ws } = await connect(target.to);
    const up = Number(/ up=(\d+)/.exec(await ws.until('INFO'))?.[1]);
    ws.send(Buffer.from('x'));
    expect(await ws.until('ACK')).toMatch(/^ACK 1 \d+$/);
    let told = 1;
    for (let at = 1; at < 3 * up; at += up / 4) {
      ws.send(Buffer.alloc(up / 4));
      while (told < at + up / 4) {
        const [, next, room] = (await ws.until('ACK')).split(' ').map(Number);
        told = next ?? 0;
        expect(room).toBeLessThanOrEqual(up);
      }
    }
    expect((await (await target.peer()).bytes(told)).length).toBe(told);
    ws.send('END');
    let last = '';
    while (!last.endsWith(' END')) last = await ws.until('ACK');
    expect(last).toMatch(new RegExp(`^ACK ${told} \\d+ END$`));
    expect(await (await target.peer()).end).toBe('end');
  });

  needs(
    ['upgrade'],
    'R-1204 R-1206 past the window it is refused, the session stays, and room is told when it grows',
    async () => {
      const writer = await openWriter(suite, stalled);
      const { key, peer } = writer;
      const { upNext } = await fill(writer);
      const ws = await attach(key);
      expect(await ws.next()).toMatch(new RegExp(`^OK ${key} 0 ${upNext} 0$`));
      ws.send(Buffer.from('x'));
      expect(await ws.until('NO')).toMatch(new RegExp(`^NO OFFSET up ${upNext} 0 `));
      expect(await ws.closed).toMatchObject({ code: 4409 });
      const again = await attach(key);
      expect(await again.next()).toMatch(new RegExp(`^OK ${key} 0 ${upNext} 0$`));
      peer.socket.resume();
      expect(Number((await again.until('ACK')).split(' ')[2])).toBeGreaterThan(0);
    },
  );

  needs(['upgrade'], 'R-1205 ACK releases, END half-closes, other texts are ignored', async () => {
    const target = await suite.closing(greeter('0123456789'));
    const { ws, key } = await connect(target.to);
    await ws.atLeast(10);
    for (const text of ['ACK', 'ACK x', 'ACK 01', 'HELLO', 'END now', '', '~~~', 'ACK 7']) ws.send(text);
    ws.send(Buffer.from('bye'));
    ws.send('END');
    expect(await ws.until('ACK')).toMatch(/^ACK 3 \d+ END$/);
    const peer = await target.peer();
    expect([await peer.end, peer.received.toString()]).toEqual(['end', 'bye']);
    expect((await suite.http.ask('/receive', { key, from: 6, mode: 'poll' })).text).toMatch(/^NO OFFSET down 7 10 /);
    ws.send('ACK 11');
    expect(await ws.until('NO')).toMatch(/^NO OFFSET down 7 10 /);
    expect(await ws.closed).toMatchObject({ code: 4409 });
  });

  needs(
    ['upgrade'],
    'R-1207 a silent socket says PING, as a record and as a frame',
    async () => {
      const target = await suite.closing(echo());
      const { ws } = await connect(target.to);
      const frame = new Promise((resolve) => ws.ws.once('ping', resolve));
      await ws.until('PING');
      await frame;
      await ws.until('PING');
    },
    120_000,
  );

  needs(['upgrade'], 'R-1208 the end of the target and the end of the session are told', async () => {
    const target = await suite.closing(startTarget(({ socket: peer }) => void peer.end('bye')));
    const { ws } = await connect(target.to);
    await ws.until('END');
    expect(ws.bytes.toString()).toBe('bye');
    ws.send('END');
    expect(await ws.until('ERR')).toMatch(/^ERR CLOSED 3 0 /);
    expect(await ws.closed).toMatchObject({ code: 1000 });
    const other = await suite.closing(echo());
    const { ws: broken, key } = await connect(other.to);
    (await other.peer()).socket.resetAndDestroy();
    expect(await broken.until('ERR')).toMatch(/^ERR RESET 0 0 /);
    expect(await broken.closed).toMatchObject({ code: 4502 });
    const late = await attach(key, '&ended=1');
    await late.until('OK');
    expect(await late.until('ERR')).toMatch(/^ERR RESET 0 0 /);
  });

  needs(['upgrade'], 'R-1209 no more than the window is sent beyond the last acknowledgement', async () => {
    const flood = seededBytes(31, 1_000_000);
    const target = await suite.closing(startTarget(({ socket: peer }) => peer.write(flood)));
    const { ws, key } = await connect(target.to);
    const window = Number(/ window=(\d+)/.exec(await ws.until('INFO'))?.[1]);
    await ws.atLeast(window);
    expect((await suite.http.send(key, {})).downTail).toBe(window);
    ws.send('ACK 100');
    await ws.atLeast(window + 100);
    expect((await suite.http.send(key, {})).downTail).toBe(window + 100);
    expect(ws.bytes.equals(flood.subarray(0, window + 100))).toBe(true);
  });

  needs(['upgrade'], 'R-1212 a nonce opens one session by WebSocket too, and a stale one is MOVED', async () => {
    const target = await suite.closing(echo());
    const first = `to=${target.to}&nonce=${newNonce()}&keep=60`;
    const [one, two] = await Promise.all([socket(), socket()]);
    one.send(first);
    two.send(first);
    const keys = await Promise.all([one, two].map(async (ws) => (await ws.until('OK')).split(' ')[1]));
    expect(new Set(keys).size).toBe(1);
    const moved = await Promise.race([one, two].map((ws) => ws.until('MOVED')));
    expect(moved).toBe('MOVED 0');
    await suite.http.send(keys[0] ?? '', { ack: 0 });
    const late = await socket();
    late.send(first);
    expect(await late.next()).toMatch(/^MOVED [1-9]/);
    expect(await late.closed).toMatchObject({ code: 1000 });
    expect(target.peers).toHaveLength(1);
  });
});
