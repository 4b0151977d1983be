/** When a held answer says that it is alive, over a link that takes bytes or does not, by a clock that only the test moves. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { encodings } from '../../../server/transport/encoding/index.ts';
import { Pump } from '../../../server/transport/pump.ts';
import { attach, closeSessions, memorySession } from '../../support/memory-session.ts';

const PING_MS = 20_000;

let link: { takes: boolean; text: string };
let pump: Pump;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  link = { takes: true, text: '' };
  const send = (pieces: readonly unknown[]): boolean => {
    link.text += pieces.join('');
    return link.takes;
  };
  const seat = { reader: attach(memorySession({ keepMs: 3_600_000 }).session), greeting: 'AT 0 1' };
  pump = new Pump({ send, finish: () => {} }, [seat], {
    encoding: encodings.lines,
    mode: 'stream',
    holdMs: 25_000,
    pingMs: PING_MS,
    rotateBytes: 1000,
    endSeen: false,
    done: () => {},
  });
});

afterEach(() => {
  pump.stop();
  closeSessions();
  vi.useRealTimers();
});

it('a small record comes by itself soon after the start, and then with each ping', () => {
  pump.start();
  vi.advanceTimersByTime(390);
  expect(link.text).toBe('AT 0 1\n');
  vi.advanceTimersByTime(20);
  expect(link.text).toBe('AT 0 1\nPING\n');
  vi.advanceTimersByTime(PING_MS - 20);
  expect(link.text).toBe('AT 0 1\nPING\n');
  vi.advanceTimersByTime(20);
  expect(link.text).toBe('AT 0 1\nPING\nPING\n');
});

it('where the link takes nothing at that time, the record comes soon after it does', () => {
  link.takes = false;
  pump.start();
  vi.advanceTimersByTime(1500);
  expect(link.text).toBe('AT 0 1\n');
  link.takes = true;
  pump.resume();
  vi.advanceTimersByTime(410);
  expect(link.text).toBe('AT 0 1\nPING\n');
});

it('a ping is put off, too, and said once when the link takes bytes again', () => {
  pump.start();
  vi.advanceTimersByTime(410);
  link.takes = false;
  vi.advanceTimersByTime(PING_MS);
  expect(link.text).toBe('AT 0 1\nPING\nPING\n');
  vi.advanceTimersByTime(2 * PING_MS);
  expect(link.text).toBe('AT 0 1\nPING\nPING\n');
  link.takes = true;
  pump.resume();
  vi.advanceTimersByTime(410);
  expect(link.text).toBe('AT 0 1\nPING\nPING\nPING\n');
});
