/** Chapter 6: a send and a poll in one answer, which never waits for the target. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { echo, greeter, halfCloser, stalled, startTarget, type Target } from '../support/targets.ts';

const suite = useBridge();

const open = async (start: () => Promise<Target> = echo) => {
  const target = await suite.closing(start());
  const session = await suite.http.open(target.to);
  const { key } = session;
  const exchange = async (parameters: Record<string, string | number>, payload?: string) =>
    (await suite.http.ask('/exchange', { key, ...parameters }, payload === undefined ? {} : { payload })).text;
  return { target, peer: await target.peer(), ...session, exchange };
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
    const { exchange, key, peer } = await open(stalled);
    let upNext = 0;
    for (let window = 1; window > 0; ) {
      ({ upNext, window } = await suite.http.send(key, { at: upNext, hold: 0 }, Buffer.alloc(2_000_000)));
    }
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
});
