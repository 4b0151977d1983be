/** Chapter 6: a send and a poll in one answer, which never waits for the target. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { echo, greeter, halfCloser, stalled, startTarget, type Target } from '../support/targets.ts';
import { fill, openWriter } from '../support/writer.ts';

const suite = useBridge();

const open = async (start: () => Promise<Target> = echo) => {
  const writer = await openWriter(suite, start);
  const exchange = async (parameters: Record<string, string | number>, payload?: string) =>
    (await suite.http.ask('/exchange', { key: writer.key, ...parameters }, payload === undefined ? {} : { payload }))
      .text;
  return { ...writer, exchange };
};

describe('exchange', () => {
  needs([], 'R-601 the line of send comes first, then AT and the records of a poll', async () => {
    const { exchange, key } = await open();
    expect(await exchange({ at: 0, from: 0 }, 'hello')).toMatch(/^OK 5 \d+ 0\nAT 0 1\n(DATA aGVsbG8=\n)?AGAIN\n$/);
    expect((await suite.http.read(key, { count: 5 })).toString()).toBe('hello');
    expect(await exchange({ from: 2, ack: 3, hold: 0 })).toMatch(/^OK 5 \d+ 5\nNO OFFSET down 3 5 /);
    const frames = await suite.http.hold('/exchange', { key, from: 3, as: 'frames', hold: 0 });
    await frames.rest();
    expect(frames.words).toEqual(['OK', 'AT', 'AGAIN']);
    expect(frames.bytes.toString()).toBe('lo');
  });

  needs([], 'R-602 with anything to say or to hear it is answered at once', async () => {
    const { exchange } = await open(() => startTarget());
    expect(await exchange({ at: 0, hold: 60 }, 'x')).toMatch(/^OK 1 .*\nAT 0 1\nAGAIN\n$/);
    expect(await exchange({ end: 9, hold: 60 })).toMatch(/^OK 1 .*\nAT 0 2\nAGAIN\n$/);
    const talker = await open(() => greeter('hi'));
    await suite.http.read(talker.key, { count: 2 });
    expect(await talker.exchange({ from: 0, hold: 60 })).toMatch(/\nDATA aGk=\nAGAIN\n$/);
    const ended = await open(() => halfCloser(''));
    expect(await ended.exchange({ hold: 60 })).toMatch(/\nEND\nAGAIN\n$/);
    expect(await ended.exchange({ hold: 0, ended: 1 })).toMatch(/^OK 0 .*\nAT 0 \d+\nAGAIN\n$/);
  });

  needs([], 'R-602 an empty one waits for bytes', async () => {
    const { exchange, peer } = await open(() => startTarget());
    const waiting = exchange({ hold: 60 });
    peer.socket.write('late');
    expect(await waiting).toMatch(/^OK 0 \d+ 0\nAT 0 1\nDATA bGF0ZQ==\nAGAIN\n$/);
  });

  needs([], 'R-601 R-603 at window 0 the line comes at once, and room ends an empty one', async () => {
    const { exchange, key, peer, send } = await open(stalled);
    const { upNext } = await fill({ send });
    expect(await exchange({ at: upNext, hold: 60 }, 'no room')).toMatch(/^OK (\d+) 0 0\nAT 0 \d+\n/);
    const held = await suite.http.hold('/exchange', { key, hold: 60 });
    expect((await held.until('OK')).args.slice(0, 2)).toEqual([String(upNext), '0']);
    await held.until('AT');
    peer.socket.resume();
    const ack = await held.until('ACK');
    expect(Number(ack.args[1])).toBeGreaterThan(0);
    await held.rest();
    expect(held.words).toEqual(['OK', 'AT', 'ACK', 'AGAIN']);
  });

  needs([], 'R-604 a reading that cannot be leaves the send part applied', async () => {
    const { exchange, peer } = await open(() => startTarget());
    await exchange({ reader: 5, hold: 0 });
    expect(await exchange({ reader: 4, at: 0 }, 'one')).toMatch(/^OK 3 .*\nMOVED 5\n$/);
    expect(await exchange({ from: 7, at: 3 }, 'two')).toMatch(/^OK 6 .*\nNO OFFSET down 0 0 [^\n]+\n$/);
    expect(await exchange({ reader: 5000, at: 6 }, 'six')).toMatch(/^OK 9 .*\nNO BAD_REQUEST [^\n]+\n$/);
    expect((await peer.bytes(9)).toString()).toBe('onetwosix');
  });

  needs([], 'R-605 a failure of the send part is the whole answer', async () => {
    const { exchange, key } = await open(() => greeter('x'));
    await suite.http.read(key, { count: 1 });
    const answer = await suite.http.ask('/exchange', { key, at: 1e9, reader: 9, from: 1 }, { payload: 'x' });
    expect(refusal(answer)).toBe('409 OFFSET');
    expect(await exchange({ hold: 0, reader: 8 })).toMatch(/\nAT 0 8\n/);
  });

  needs(
    ['stream'],
    'R-601 R-805 a reset of the target ends one that is held, with the final record behind its line',
    async () => {
      const { key, peer } = await open(() => startTarget());
      const held = await suite.http.hold('/exchange', { key, hold: 60 });
      expect((await held.until('OK')).text).toMatch(/^OK 0 \d+ 0$/);
      await held.until('AT');
      peer.socket.resetAndDestroy();
      expect((await held.until('ERR')).text).toMatch(/^ERR RESET 0 0 /);
      expect([await held.rest(), held.status, held.words]).toEqual(['whole', 200, ['OK', 'AT', 'ERR']]);
    },
  );

  needs(['stream'], 'R-603 R-805 a reset is no room: at window 0 it is told by the final record alone', async () => {
    const { key, peer, send } = await open(stalled);
    const { upNext } = await fill({ send });
    const held = await suite.http.hold('/exchange', { key, hold: 60 });
    expect((await held.until('OK')).args.slice(0, 2)).toEqual([String(upNext), '0']);
    await held.until('AT');
    peer.socket.resetAndDestroy();
    const { text, args } = await held.until('ERR');
    expect(args.slice(0, 2)).toEqual(['RESET', '0']);
    expect(Number(args[2])).toBeLessThan(upNext);
    expect([await held.rest(), held.words]).toEqual(['whole', ['OK', 'AT', 'ERR']]);
    // What was received and never written is confirmed all the same: the record says how far it got.
    const again = await suite.http.ask('/exchange', { key, end: upNext });
    expect(again.text).toMatch(new RegExp(`^OK ${upNext} 0 0 END\nAT 0 \\d+\n${text}\n$`));
  });

  needs(['raw head'], 'R-605 R-804 a reset in the middle of its body makes the final record its answer', async () => {
    const { key, peer } = await open(() => startTarget());
    const socket = await suite.http.socket();
    const head = `POST /exchange?key=${key}&at=0 HTTP/1.1\r\nHost: ${suite.http.host}\r\nConnection: close\r\n`;
    socket.write(`${head}Content-Length: 6\r\n\r\nabc`);
    await peer.bytes(3);
    peer.socket.resetAndDestroy();
    while (!(await suite.http.ask('/receive', { key, mode: 'poll' })).text.includes('ERR'));
    socket.write('def');
    const answer = (await socket.toArray()).join('');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/\r\n\r\n(?:[0-9a-f]+\r\n)?ERR RESET 0 3 [^\r\n]+\n(?:\r\n0\r\n\r\n)?$/);
  });
});
