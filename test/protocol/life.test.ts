/** Chapter 8: how long a session lives, what counts as a sign of its client, and what is left after its end. */
import { describe, expect } from 'vitest';
import { needs, startBridge, useBridge } from '../support/bridge.ts';
import { HttpClient, refusal } from '../support/http-client.ts';
import { datagramEcho, echo, greeter, halfCloser, startTarget, type Target } from '../support/targets.ts';
import { openWs } from '../support/ws-client.ts';

const suite = useBridge();

/** A session that lives as short as the bridge's own keep. */
const open = async (start: () => Promise<Target>, keep = 0) => {
  const target = await suite.closing(start());
  const session = await suite.http.open(target.to, { keep });
  return {
    ...session,
    target,
    peer: await target.peer(),
    keepMs: session.seconds('keep') * 1000,
  };
};
const poll = (key: string, more: Record<string, string | number> = {}) =>
  suite.http.ask('/receive', { key, mode: 'poll', hold: 0, ...more });
const LONG = 400_000;

describe('life', { concurrent: true }, () => {
  needs(
    [],
    'R-801 a session without a sign of its client is abandoned after keep, and its target reset',
    async () => {
      const { key, peer, keepMs } = await open(echo);
      await suite.http.send(key, { at: 0 }, 'x');
      const began = performance.now();
      expect(await peer.end).toBe('reset');
      expect(performance.now() - began).toBeGreaterThan(keepMs * 0.85);
      expect((await poll(key)).text).toMatch(/^AT 0 \d+\nDATA eA==\nERR ABANDONED 1 1 [^\n]+\n$/);
    },
    LONG,
  );

  needs(
    ['stream'],
    'R-802 a held answer is no sign, but a request is',
    async () => {
      const { key, peer, keepMs } = await open(echo);
      const began = performance.now();
      while (performance.now() - began < keepMs * 1.5) await suite.http.ask('/send', { key, hold: 0 });
      const held = await suite.http.hold('/receive', { key, as: 'lines' });
      expect(await held.rest()).toBe('whole');
      expect(held.last?.word).toBe('AGAIN');
      expect(await peer.end).toBe('reset');
    },
    LONG,
  );

  needs(
    ['stream', 'client leaving seen'],
    'R-802 an open raw answer is a sign until it is closed',
    async () => {
      const target = await suite.closing(echo());
      const { keepMs, key: other, peer: timer } = await open(echo);
      const held = await suite.http.hold('/connect', { to: target.to });
      await held.atLeast(10);
      const peer = await target.peer();
      // Another session of the same keep tells when the time is over, twice.
      expect(await timer.end).toBe('reset');
      expect((await poll(other)).text).toMatch(/ABANDONED/);
      expect(keepMs).toBeGreaterThan(0);
      const again = await open(echo);
      expect(await again.peer.end).toBe('reset');
      peer.socket.write('still here');
      await held.atLeast(10);
      held.leave();
      expect(await peer.end).toBe('reset');
    },
    LONG,
  );

  needs(
    ['upgrade'],
    'R-802 a pong is a sign',
    async () => {
      const { key, peer } = await open(echo);
      const ws = await openWs(`${suite.url}/receive`);
      ws.send(`key=${key}`);
      await ws.until('OK');
      const timer = await open(echo);
      expect(await timer.peer.end).toBe('reset');
      peer.socket.write('!');
      await ws.atLeast(1);
      ws.close();
    },
    LONG,
  );

  needs(
    [],
    'R-803 after the end the rest stays for keep, and each acknowledgement prolongs it',
    async () => {
      const { key, peer, keepMs } = await open(() => greeter('0123456789'));
      await suite.http.read(key, { count: 10 });
      peer.socket.resetAndDestroy();
      let answer = await poll(key, { from: 0 });
      while (!answer.text.includes('ERR')) answer = await poll(key, { from: 0 });
      const began = performance.now();
      for (let from = 1; from < 8; from += 1) {
        while (performance.now() - began < (from * keepMs) / 4) await new Promise(setImmediate);
        expect((await poll(key, { from })).text, String(from)).toMatch(/DATA [^\n]+\nERR RESET 10 0 /);
      }
      while ((await poll(key, { from: 7 })).status === 200) await new Promise(setImmediate);
      expect(refusal(await poll(key))).toBe('410 GONE');
      expect(performance.now() - began).toBeGreaterThan((7 / 4 + 0.85) * keepMs);
    },
    LONG,
  );

  needs(
    [],
    'R-803 R-805 bytes, END and the final record come in this order, as often as they are asked for',
    async () => {
      const { key, peer } = await open(() => halfCloser('bye'), 60);
      await suite.http.send(key, { at: 0, end: 2 }, 'ok');
      await peer.end;
      let answer = await poll(key, { from: 0 });
      while (!answer.text.includes('ERR')) answer = await poll(key, { from: 0 });
      const end = /DATA Ynll\nEND\nERR CLOSED 3 2 [^\n"<\\]+\n$/;
      for (let times = 0; times < 3; times += 1) expect((await poll(key, { from: 0 })).text).toMatch(end);
      expect((await poll(key, { from: 3, ended: 1 })).text).toMatch(/^AT 3 \d+\nERR CLOSED 3 2 /);
      await suite.http.ask('/close', { key });
      expect(refusal(await poll(key))).toBe('410 GONE');
    },
  );

  needs([], 'R-804 after the end a send that was taken is confirmed, and any other gets the final record', async () => {
    const { key, peer } = await open(() => startTarget(), 60);
    await suite.http.send(key, { at: 0 }, 'abc');
    await peer.bytes(3);
    peer.socket.resetAndDestroy();
    while (!(await poll(key)).text.includes('ERR'));
    const send = async (parameters: object, payload = '') => {
      const { status, text } = await suite.http.ask('/send', { key, ...parameters }, { payload });
      return `${status} ${text.trim()}`;
    };
    for (const [parameters, payload] of [
      [{ at: 0 }, 'abc'],
      [{ at: 1, end: 3 }, 'b'],
      [{ end: 3 }, ''],
      [{}, ''],
    ] as const) {
      expect(await send(parameters, payload)).toBe('200 OK 3 0 0 END');
    }
    for (const [parameters, payload] of [
      [{ at: 0 }, 'abcd'],
      [{ at: 3 }, 'd'],
      [{ end: 4 }, ''],
      [{ at: 9 }, 'x'],
    ] as const) {
      expect(await send(parameters, payload)).toMatch(/^410 ERR RESET 0 3 /);
    }
    const { status, text } = await suite.http.ask('/exchange', { key, at: 9 }, { payload: 'x' });
    expect([status, text.slice(0, 13)]).toEqual([200, 'ERR RESET 0 3']);
    expect((await suite.http.ask('/exchange', { key, at: 0 }, { payload: 'abc' })).text).toMatch(
      /^OK 3 0 0 END\nAT 0 \d+\nERR RESET 0 3 /,
    );
  });

  needs(
    [],
    'R-805 a session of datagrams that says nothing ends with IDLE',
    async () => {
      const target = await suite.closing(datagramEcho());
      const { key } = await suite.http.open(target.to);
      let answer = await poll(key, { hold: 60 });
      while (!answer.text.includes('ERR')) answer = await poll(key, { hold: 60 });
      expect(answer.text).toMatch(/ERR IDLE 0 0 /);
    },
    LONG,
  );

  needs(
    ['own bridge', 'stream'],
    'R-806 a bridge that stops refuses new sessions, then ends the old ones',
    async () => {
      const bridge = await suite.closing(startBridge());
      const http = await suite.closing(new HttpClient(bridge.url));
      const target = await suite.closing(echo());
      const { key } = await http.open(target.to);
      const held = await http.hold('/receive', { key, as: 'lines' });
      await held.until('AT');
      process.kill(bridge.program?.pid ?? 0, 'SIGTERM');
      const connect = () => http.ask('/connect', { to: target.to, mode: 'poll', hold: 0 });
      let answer = await connect();
      while (answer.status === 200) answer = await connect();
      expect(refusal(answer)).toBe('503 DRAINING');
      expect(answer.headers['retry-after']).toBeDefined();
      await http.send(key, { at: 0 }, 'still');
      await held.atLeast(5);
      expect((await held.until('ERR')).args[0]).toBe('SHUTDOWN');
      expect(await held.rest()).toBe('whole');
      expect(await bridge.program?.exit).toMatchObject({ code: 0 });
    },
  );
});
