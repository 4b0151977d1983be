/** The up window: repeats, gaps, its ring, the client's end, and one write in flight at a slow target. */
import { Writable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { UpWindow } from '../../../server/core/up-window.ts';
import { Random } from '../../support/memory-pair.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A target that takes one write at a time and finishes it when told; it reads the bytes only then, as a system may. */
class SlowTarget extends Writable {
  taken = '';
  ended = false;
  #write: { bytes: Buffer; done: (error?: Error | null) => void } | null = null;

  get writing(): number | null {
    return this.#write?.bytes.length ?? null;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#write = { bytes, done };
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }

  /** Finishes the write in flight, and waits until the next has begun. */
  async take(error?: Error): Promise<void> {
    const write = this.#write;
    this.#write = null;
    if (write && !error) this.taken += write.bytes.toString('latin1');
    write?.done(error);
    await turn();
  }
}

const setUp = (capacity: number) => {
  const target = new SlowTarget({ highWaterMark: 1 });
  target.on('error', () => {});
  const changed = vi.fn();
  return { target, changed, up: new UpWindow(target, { capacity, changed }) };
};

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('drops repeats, whole and in part', async () => {
  const { target, up } = setUp(10);
  expect(up.accept(0, bytes('abc'))).toBe(3);
  expect(up.accept(0, bytes('abc'))).toBe(3);
  expect(up.accept(1, bytes('bcde'))).toBe(4);
  expect(up.accept(0, bytes('a'))).toBe(1);
  await target.take();
  await target.take();
  expect([target.taken, up.next, up.handed]).toEqual(['abcde', 5, 5]);
});

test('takes what has room and leaves the rest', async () => {
  const { target, up } = setUp(4);
  expect(up.accept(0, bytes('abcdef'))).toBe(4);
  expect([up.next, up.room]).toEqual([4, 0]);
  expect(up.accept(4, bytes('ef'))).toBe(0);
  expect(up.accept(2, bytes('cdef'))).toBe(2);
  await target.take();
  expect([up.room, up.accept(4, bytes('ef'))]).toEqual([4, 2]);
});

test('has one write in flight, and hands on together what came meanwhile', async () => {
  const { target, up } = setUp(10);
  up.accept(0, bytes('a'));
  up.accept(1, bytes('b'));
  up.accept(2, bytes('cd'));
  expect([target.writing, target.writableLength]).toEqual([1, 1]);
  await target.take();
  expect([target.writing, target.writableLength]).toEqual([3, 3]);
  await target.take();
  expect(target.taken).toBe('abcd');
});

test('tells of room after bytes were handed on, not before', async () => {
  const { target, up, changed } = setUp(4);
  changed.mockImplementation(() => expect(up.room).toBe(4));
  up.accept(0, bytes('abcd'));
  await turn();
  expect(changed).not.toHaveBeenCalled();
  await target.take();
  expect(changed).toHaveBeenCalledOnce();
});

test('keeps bytes ahead of a gap, and goes on to their end when it is filled', async () => {
  const { target, up } = setUp(10);
  expect(up.keepAhead(4, bytes('e'))).toBe(true);
  expect(up.keepAhead(5, bytes('f'))).toBe(true);
  expect(up.keepAhead(2, bytes('c'))).toBe(true);
  expect([up.next, up.room, target.writing]).toEqual([0, 10, null]);
  expect(up.accept(0, bytes('ab'))).toBe(2);
  expect(up.next).toBe(3);
  expect(up.accept(3, bytes('d'))).toBe(1);
  expect(up.next).toBe(6);
  await target.take();
  await target.take();
  expect(target.taken).toBe('abcdef');
});

test('refuses what would lie ahead of the ring, and keeps nothing of it', async () => {
  const { target, up } = setUp(4);
  expect(up.keepAhead(3, bytes('de'))).toBe(false);
  expect(up.keepAhead(3, bytes('d'))).toBe(true);
  up.accept(0, bytes('abc'));
  expect([up.next, up.room]).toEqual([4, 0]);
  await target.take();
  await target.take();
  expect(target.taken).toBe('abcd');
});

test('the first arrival of an offset wins', async () => {
  const { target, up } = setUp(10);
  up.keepAhead(2, bytes('CD'));
  up.keepAhead(1, bytes('bcdef'));
  up.keepAhead(5, bytes('xg'));
  up.accept(0, bytes('ayyyy'));
  expect(up.next).toBe(7);
  await target.take();
  expect(target.taken).toBe('abCDefg');
});

test('a write in flight is not disturbed by bytes that come into the ring behind it', async () => {
  const { target, up } = setUp(4);
  up.keepAhead(1, bytes('bcd'));
  up.accept(0, bytes('a'));
  expect(target.writing).toBe(4);
  expect(up.accept(4, bytes('efgh'))).toBe(0);
  await target.take();
  up.accept(4, bytes('ef'));
  up.keepAhead(7, bytes('h'));
  up.accept(6, bytes('g'));
  await target.take();
  await target.take();
  await target.take();
  expect(target.taken).toBe('abcdefgh');
});

test('ends when everything before the end was handed on, once', async () => {
  const { target, up } = setUp(10);
  up.accept(0, bytes('ab'));
  up.end(3);
  expect([up.ended, target.ended]).toEqual([false, false]);
  up.accept(2, bytes('c'));
  up.end(3);
  expect([up.ended, target.writableEnded]).toEqual([true, false]);
  await target.take();
  await target.take();
  expect([target.taken, target.ended]).toEqual(['abc', true]);
});

test('ends at once where nothing is on its way', async () => {
  const { target, up } = setUp(10);
  up.end(0);
  await turn();
  expect([up.ended, target.ended]).toEqual([true, true]);
});

test('refuses another end, and an end before bytes that have come', () => {
  const { up } = setUp(10);
  up.keepAhead(3, bytes('d'));
  expect(() => up.end(3)).toThrow(expect.objectContaining({ code: 'OFFSET', args: ['up', 0, 10] }));
  expect(up.endAt).toBeNull();
  up.end(6);
  expect(() => up.checkEnd(5)).toThrow(expect.objectContaining({ code: 'OFFSET' }));
  expect(() => up.checkEnd(6)).not.toThrow();
});

test('refuses bytes past the end, and takes those up to it', () => {
  const { up } = setUp(10);
  up.end(3);
  expect(() => up.checkWrite(2, 2)).toThrow(expect.objectContaining({ code: 'OFFSET' }));
  expect(() => up.checkWrite(2, 1)).not.toThrow();
});

test('after a drop it has no room, takes nothing, writes nothing more and never ends', async () => {
  const { target, up, changed } = setUp(10);
  up.accept(0, bytes('a'));
  up.accept(1, bytes('b'));
  up.end(2);
  up.drop();
  await target.take();
  expect([up.room, up.accept(2, bytes('c')), up.keepAhead(3, bytes('d'))]).toEqual([0, 0, false]);
  expect([target.writing, target.ended, up.handed]).toEqual([null, false, 0]);
  expect(changed).not.toHaveBeenCalled();
});

test('a write that fails hands nothing on', async () => {
  const { target, up, changed } = setUp(10);
  up.accept(0, bytes('a'));
  up.accept(1, bytes('b'));
  await target.take(new Error('gone'));
  expect([up.handed, target.writing]).toEqual([0, null]);
  expect(changed).not.toHaveBeenCalled();
});

test('whatever order bytes come in, a target gets each once', async () => {
  const random = new Random(3);
  for (let round = 0; round < 60; round += 1) {
    const { target, up } = setUp(1 + random.below(40));
    const all = random.bytes(200);
    while (up.handed < all.length) {
      const at = Math.min(all.length, Math.max(0, up.next - 10 + random.below(40)));
      const chunk = all.subarray(at, at + random.below(30));
      if (at <= up.next) up.accept(at, chunk, { more: random.chance(0.3) });
      else up.keepAhead(at, chunk);
      expect(up.room).toBeGreaterThanOrEqual(0);
      if (random.chance(0.4)) await target.take();
    }
    expect(target.taken).toBe(all.toString('latin1'));
  }
});
