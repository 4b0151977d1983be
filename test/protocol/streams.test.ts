/** Chapter 1: whole transfers, whatever happens to the HTTP in between. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { needs, residentBytes, useBridge } from '../support/bridge.ts';
import { refusal } from '../support/http-client.ts';
import { halfCloser, seededBytes, source, startTarget } from '../support/targets.ts';
import { openWs } from '../support/ws-client.ts';

const suite = useBridge();
const MIB = 1024 * 1024;
const bytes = seededBytes(51, 8 * MIB);
const sha256 = (what: Uint8Array): string => createHash('sha256').update(what).digest('hex');
const whole = sha256(bytes);

/** Ten offsets at which the down stream is cut, in order. */
const cuts = Array.from({ length: 10 }, (_, index) =>
  Math.floor((index + 0.3 + ((index * 7) % 10) / 20) * 0.09 * bytes.length),
);

/** Reads by a held answer that is cut in its middle. @returns the offset to go on from */
const streamTo = async (
  key: string,
  { from, to, parts }: { from: number; to: number; parts: Buffer[] },
): Promise<number> => {
  let at = from;
  while (at < to) {
    const held = await suite.http.hold('/receive', { key, from: at, as: 'frames' });
    while (held.length < to - at && (await held.next()));
    const got = held.bytes;
    if (held.over === null) held.leave();
    parts.push(got);
    at += got.length;
  }
  return at;
};

const socketTo = async (
  key: string,
  { from, to, parts }: { from: number; to: number; parts: Buffer[] },
): Promise<number> => {
  const ws = await suite.closing(openWs(`${suite.url}/receive`));
  ws.send(`key=${key}&from=${from}`);
  await ws.until('OK');
  let [got, acked] = [0, 0];
  while (from + got < to) {
    const message = await ws.next();
    if (message === null) throw new Error('the socket is closed');
    if (typeof message !== 'string') {
      parts.push(message);
      got += message.length;
    }
    if (got - acked > 32 * 1024) ws.send(`ACK ${from + got}`);
    if (got - acked > 32 * 1024) acked = got;
  }
  ws.close();
  return from + got;
};

describe('streams', () => {
  needs([], 'R-101 R-102 a down stream cut ten times goes on by polling, with nothing lost', async () => {
    const target = await suite.closing(source(bytes));
    const { key } = await suite.http.open(target.to);
    const parts: Buffer[] = [];
    let at = 0;
    for (const cut of cuts) {
      at = await streamTo(key, { from: at, to: cut, parts });
      const poll = await suite.http.hold('/receive', { key, from: at, mode: 'poll', as: 'frames' });
      await poll.rest();
      parts.push(poll.bytes);
      at += poll.length;
    }
    const rest = await suite.http.read(key, { from: at, count: bytes.length - at });
    expect(sha256(Buffer.concat([...parts, rest]))).toBe(whole);
    const last = await suite.http.ask('/receive', { key, from: bytes.length, mode: 'poll' });
    expect(last.text).toMatch(/\nEND\n/);
  });

  needs(['upgrade'], 'R-101 a down stream moves from HTTP to WebSocket and back in its middle', async () => {
    const target = await suite.closing(source(bytes));
    const { key } = await suite.http.open(target.to);
    const parts: Buffer[] = [];
    let at = 0;
    for (const [index, cut] of [...cuts, bytes.length].entries()) {
      const next = index % 2 === 0 ? streamTo : socketTo;
      at = await next(key, { from: at, to: cut, parts });
    }
    expect(at).toBe(bytes.length);
    expect(sha256(Buffer.concat(parts))).toBe(whole);
  });

  needs(['raw head'], 'R-101 R-102 an up stream whose posts are cut and repeated goes on from upNext', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    const peer = await target.peer();
    let at = 0;
    for (const [index, cut] of cuts.entries()) {
      const socket = await suite.http.socket();
      const head = `POST /send?key=${key}&at=${at} HTTP/1.1\r\nHost: ${suite.http.host}\r\nContent-Length: ${bytes.length - at}\r\n\r\n`;
      socket.write(head);
      await new Promise((resolve) => socket.write(bytes.subarray(at, cut), resolve));
      if (index % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
      const { upNext } = await suite.http.send(key, { at }, bytes.subarray(at, at + 1000));
      expect(upNext).toBeGreaterThanOrEqual(at);
      expect(upNext).toBeLessThanOrEqual(bytes.length);
      at = upNext;
    }
    while (at < bytes.length) at = (await suite.http.send(key, { at }, bytes.subarray(at, at + MIB))).upNext;
    expect(await suite.http.send(key, { end: at })).toMatchObject({ end: true });
    expect(await peer.end).toBe('end');
    expect(sha256(peer.received)).toBe(whole);
  });

  needs(['upgrade'], 'R-101 an up stream moves from posts to WebSocket and back, each byte once', async () => {
    const target = await suite.closing(startTarget());
    const { key } = await suite.http.open(target.to);
    const peer = await target.peer();
    let at = 0;
    for (const [index, cut] of [...cuts, bytes.length].entries()) {
      if (index % 2 === 0) {
        while (at < cut) at = (await suite.http.send(key, { at }, bytes.subarray(at, cut))).upNext;
        continue;
      }
      const ws = await suite.closing(openWs(`${suite.url}/receive`));
      ws.send(`key=${key}`);
      let [, , , next = 0, room = 0] = (await ws.until('OK')).split(' ').map(Number);
      at = next;
      while (next < cut) {
        const until = Math.min(next + room, cut);
        for (; at < until; at = Math.min(at + 16_384, until)) ws.send(bytes.subarray(at, Math.min(at + 16_384, until)));
        [, next = 0, room = 0] = (await ws.until('ACK')).split(' ').map(Number);
      }
      ws.close();
    }
    await suite.http.send(key, { end: at });
    expect(await peer.end).toBe('end');
    expect(sha256(peer.received)).toBe(whole);
  });

  needs([], 'R-103 R-104 each direction ends alone, and a reset is no end', async () => {
    const first = await suite.closing(halfCloser('bye'));
    const one = await suite.http.open(first.to);
    expect((await suite.http.ask('/receive', { key: one.key, mode: 'poll', hold: 60 })).text).toMatch(/DATA Ynll\n/);
    let answer = await suite.http.ask('/receive', { key: one.key, from: 3, mode: 'poll', hold: 60 });
    expect(answer.text).toMatch(/^AT 3 \d+\nEND\nAGAIN\n$/);
    await suite.http.send(one.key, { at: 0 }, 'still heard');
    expect((await (await first.peer()).bytes(11)).toString()).toBe('still heard');
    await suite.http.send(one.key, { end: 11 });
    while (!answer.text.includes('ERR')) {
      answer = await suite.http.ask('/receive', { key: one.key, from: 3, ended: 1, mode: 'poll', hold: 60 });
    }
    expect(answer.text).toMatch(/ERR CLOSED 3 11 /);
    const second = await suite.closing(startTarget());
    const two = await suite.http.open(second.to);
    await suite.http.send(two.key, { at: 0, end: 2 }, 'ok');
    const peer = await second.peer();
    expect(await peer.end).toBe('end');
    peer.socket.write('answer');
    expect((await suite.http.read(two.key, { count: 6 })).toString()).toBe('answer');
    peer.socket.resetAndDestroy();
    answer = await suite.http.ask('/receive', { key: two.key, from: 6, mode: 'poll', hold: 60 });
    expect(answer.text).toMatch(/^AT 6 \d+\nERR RESET 6 2 /);
  });

  needs(['own bridge'], 'R-105 neither a stalled client nor a stalled target makes the bridge grow', async () => {
    const pid = suite.program.pid;
    const flood = await suite.closing(
      startTarget(({ socket }) => {
        const chunk = Buffer.alloc(MIB);
        const write = (): void => {
          for (let count = 0; count < 8; count += 1) socket.write(chunk);
        };
        socket.on('drain', write);
        write();
      }),
    );
    const idle = await suite.closing(startTarget(({ socket }) => void socket.pause()));
    const session = await suite.http.open(idle.to);
    const down = await suite.http.open(flood.to);
    await suite.http.read(down.key, { count: 4 * MIB });
    const before = await residentBytes(pid);
    const held = await suite.http.hold('/connect', { to: flood.to, keep: 60 });
    await held.rawKey();
    for (let at = 0, window = 1; window > 0; ) {
      ({ upNext: at, window } = await suite.http.send(session.key, { at, hold: 0 }, bytes.subarray(0, 4 * MIB)));
    }
    const kept = await suite.http.send(down.key, {});
    expect(kept.downTail).toBeLessThanOrEqual(4 * MIB + down.bytes('window'));
    expect((await residentBytes(pid)) - before).toBeLessThan(16 * MIB);
    held.leave();
  });

  needs(['stream'], 'R-106 curl alone opens a session, reads it and writes to it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'netwine-curl-'));
    await suite.closing({ close: () => rm(directory, { recursive: true }) });
    const file = join(directory, 'file');
    await writeFile(file, bytes.subarray(0, MIB));
    const target = await suite.closing(startTarget(({ socket }) => void socket.write('welcome')));
    const curl = promisify(execFile);
    // A poll in the place of the held answer, so that curl ends.
    const opened = await curl('curl', ['-sN', '-X', 'POST', `${suite.url}/connect?to=${target.to}&mode=poll&keep=60`]);
    const key = /^OK (\S+)\n/.exec(opened.stdout)?.[1] ?? '';
    const sent = await curl('curl', ['-s', '--data-binary', `@${file}`, `${suite.url}/send?key=${key}`]);
    expect(sent.stdout).toMatch(new RegExp(`^OK ${MIB} `));
    await curl('curl', ['-s', '-d', '', `${suite.url}/send?key=${key}&end=`]);
    const peer = await target.peer();
    expect(await peer.end).toBe('end');
    expect(sha256(peer.received)).toBe(sha256(bytes.subarray(0, MIB)));
    peer.socket.end(' goodbye');
    const read = await curl('curl', ['-sN', '-X', 'POST', `${suite.url}/receive?key=${key}&from=0`]);
    expect(read.stdout).toBe('welcome goodbye');
    expect(refusal(await suite.http.ask('/send', { key }, { payload: 'late' }))).toBe('410 CLOSED');
  });
});
