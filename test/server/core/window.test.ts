/** The down window at its edges: offsets, release, small reads, and a naive model beside it. */
import { expect, test } from 'vitest';
import { Window } from '../../../server/core/window.ts';
import { Random } from '../../support/memory-pair.ts';

/** All from an offset on, by as many reads as it takes. */
const read = (window: Window, from: number): Buffer => {
  const parts: Uint8Array[] = [];
  for (let at = from; at < window.end; at += parts.at(-1)?.length ?? 0) parts.push(window.at(at));
  return Buffer.concat(parts);
};

test('agrees with one long Buffer through ten thousand appends, releases and reads', () => {
  const random = new Random(7);
  const window = new Window(4096);
  let all = Buffer.alloc(0);
  let start = 0;
  for (let step = 0; step < 10_000; step += 1) {
    const act = random.below(3);
    if (act === 0 && !window.full) {
      const chunk = random.bytes([1, 16, 300, 1023, 1024, 1500][random.below(6)] ?? 0);
      window.append(chunk);
      all = Buffer.concat([all, chunk]);
    } else if (act === 1) {
      start += random.below(start + all.length - start + 1);
      start = Math.min(start, window.end);
      const dropped = start - window.start;
      window.release(start);
      all = all.subarray(dropped);
    } else {
      const skip = random.below(all.length + 1);
      const got = window.at(window.start + skip);
      expect(got.length > 0 || skip === all.length).toBe(true);
      expect(all.subarray(skip, skip + got.length).equals(got)).toBe(true);
    }
    expect([window.size, window.end - window.start]).toEqual([all.length, all.length]);
  }
  expect(window.end).toBeGreaterThan(1_000_000);
});

test('counts as full from its capacity on, and one chunk may go beyond', () => {
  const window = new Window(10);
  window.append(Buffer.alloc(9));
  expect(window.full).toBe(false);
  window.append(Buffer.alloc(5000));
  expect([window.full, window.size]).toEqual([true, 5009]);
});

test('ignores an empty chunk', () => {
  const window = new Window(10);
  window.append(new Uint8Array(0));
  expect([window.start, window.end, window.at(0).length]).toEqual([0, 0, 0]);
});

test('gives nothing at its end and refuses what it does not keep', () => {
  const window = new Window(10);
  window.append(Buffer.from('abcdef'));
  window.release(2);
  expect(window.at(6)).toHaveLength(0);
  expect(() => window.at(1)).toThrow(RangeError);
  expect(() => window.at(7)).toThrow(RangeError);
});

test('releases in the middle of a chunk, and a lower or equal offset changes nothing', () => {
  const window = new Window(10);
  window.append(Buffer.from('abcdef'));
  window.release(4);
  window.release(4);
  window.release(1);
  expect([window.start, read(window, 4).toString()]).toEqual([4, 'ef']);
});

test('refuses to release beyond its end and keeps what it has', () => {
  const window = new Window(10);
  window.append(Buffer.from('abc'));
  expect(() => window.release(4)).toThrow(RangeError);
  expect(read(window, 0).toString()).toBe('abc');
});

test('goes on at its offset after everything was released', () => {
  const window = new Window(10);
  window.append(Buffer.from('abc'));
  window.release(3);
  window.append(Buffer.from('def'));
  expect([window.start, read(window, 3).toString()]).toEqual([3, 'def']);
});

test('copies small reads, so that their memory may be used again, and keeps large ones by reference', () => {
  const window = new Window(10);
  const small = Buffer.from('abc');
  window.append(small);
  small.fill(0);
  const large = Buffer.alloc(1024, 'x');
  window.append(large);
  expect(Buffer.from(window.at(0)).toString()).toBe('abc');
  expect(window.at(3)).toBe(large);
});

test('what a reader was given stays as it was when more small reads come behind it', () => {
  const window = new Window(1000);
  window.append(Buffer.from('abc'));
  const given = window.at(0);
  window.append(Buffer.from('def'));
  window.release(3);
  window.append(Buffer.from('ghi'));
  expect(Buffer.from(given).toString()).toBe('abc');
  expect(read(window, 3).toString()).toBe('defghi');
});

test('keeps a flood of 16-byte reads in slabs that are at most half empty', () => {
  const window = new Window(4 * 1024 * 1024);
  const chunk = Buffer.alloc(16, 'y');
  while (!window.full) window.append(chunk);
  const slabs = new Map<ArrayBufferLike, number>();
  for (let at = 0; at < window.end; ) {
    const { buffer, length } = window.at(at);
    slabs.set(buffer, buffer.byteLength);
    at += length;
  }
  const held = [...slabs.values()].reduce((sum, bytes) => sum + bytes, 0);
  expect(held).toBeLessThan(window.size * 1.1);
  expect(slabs.size).toBeLessThan(300);
});

test('a greeting costs half a kibibyte', () => {
  const window = new Window(256 * 1024);
  window.append(Buffer.from('hello\r\n'));
  expect(window.at(0).buffer.byteLength).toBe(512);
});
