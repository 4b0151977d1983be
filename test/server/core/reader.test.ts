/** Readers of a session: offsets, numbers, acknowledgements, and the backpressure that follows from them. */
import { afterEach, expect, test, vi } from 'vitest';
import { arrive, attach, closeSessions, memorySession, takeAll, until } from '../../support/memory-session.ts';

afterEach(closeSessions);

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const offsetFailure = (...args: (string | number)[]) => expect.objectContaining({ code: 'OFFSET', args });

test('a reader gets the bytes from its offset on, as many as it asks for', async () => {
  const { session, far } = memorySession();
  await arrive(session, far, 'abcdef');
  const reader = attach(session);
  expect(Buffer.from(reader.take(4) ?? []).toString()).toBe('abcd');
  expect([reader.position, session.sent]).toEqual([4, 4]);
  expect(takeAll(reader)).toBe('ef');
  expect(reader.take(1)).toBeNull();
});

test('bytes stay until they are acknowledged, and a second reader gets them again', async () => {
  const { session, far } = memorySession();
  await arrive(session, far, 'abcdef');
  expect(takeAll(attach(session))).toBe('abcdef');
  expect(takeAll(attach(session, { from: 2 }))).toBe('cdef');
  expect([session.window.start, session.sent]).toEqual([2, 6]);
});

test('an offset that is not kept, or was never sent, is refused and changes nothing', async () => {
  const { session, far } = memorySession();
  await arrive(session, far, 'abcdef');
  const reader = attach(session);
  reader.take(4);
  session.ack(2);
  expect(() => session.attach({ from: 1, reader: 5 })).toThrow(offsetFailure('down', 2, 4));
  expect(() => session.attach({ from: 5, reader: 5 })).toThrow(offsetFailure('down', 2, 4));
  expect(() => session.ack(5)).toThrow(offsetFailure('down', 2, 4));
  expect([session.highestReader, session.reader === reader, reader.moved, session.window.start]).toEqual([
    1,
    true,
    null,
    2,
  ]);
});

test('a lower acknowledgement is ignored', async () => {
  const { session, far } = memorySession();
  await arrive(session, far, 'abcdef');
  takeAll(attach(session));
  session.ack(4);
  session.ack(1);
  expect(session.window.start).toBe(4);
});

test('the newest reader wins, and the one before learns its number and gets no more', async () => {
  const { session, far } = memorySession();
  const first = attach(session, { reader: 3 });
  const wake = vi.fn();
  first.onChange(wake);
  const second = attach(session, { reader: 4 });
  await arrive(session, far, 'abc');
  expect([first.moved, wake.mock.calls.length, first.ready, first.take(9)]).toEqual([4, 1, false, null]);
  expect(takeAll(second)).toBe('abc');
});

test('an equal number replaces, and a lower one is told the highest', () => {
  const { session } = memorySession();
  const first = attach(session, { reader: 3 });
  attach(session, { reader: 3 });
  expect(first.moved).toBe(3);
  expect(session.attach({ reader: 2 })).toBe(3);
  expect(session.attach({ connect: true })).toBe(3);
});

test('a stale number is judged before its offset', () => {
  const { session } = memorySession();
  attach(session, { reader: 3 });
  expect(session.attach({ reader: 2, from: 99 })).toBe(3);
});

test('without a number a reader counts as the highest seen and one more', () => {
  const { session } = memorySession();
  expect(attach(session, { connect: true }).number).toBe(0);
  expect(attach(session).number).toBe(1);
  expect(attach(session, { reader: 70 }).number).toBe(70);
  expect(attach(session).number).toBe(71);
});

test('the first number shown may be any below 2^31, later ones at most 1000 above the highest', () => {
  const { session } = memorySession();
  attach(session, { connect: true });
  attach(session);
  expect(() => session.attach({ reader: 2 ** 31 })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  attach(session, { reader: 2 ** 30 });
  attach(session, { reader: 2 ** 30 + 1000 });
  expect(() => session.attach({ reader: 2 ** 30 + 2001 })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  expect(session.highestReader).toBe(2 ** 30 + 1000);
});

test('a reserved number is judged like a shown one, and is not yet the highest', () => {
  const { session } = memorySession();
  attach(session, { reader: 5 });
  expect([session.reserve(), session.reserve(5), session.reserve(4), session.highestReader]).toEqual([6, 5, null, 5]);
  expect(() => session.reserve(1006)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

test('a reader that an acknowledgement overtook learns its own number and leaves no gap', async () => {
  const { session, far } = memorySession();
  await arrive(session, far, 'abcdef');
  takeAll(attach(session));
  const again = attach(session, { from: 0 });
  again.take(2);
  session.ack(5);
  expect([again.moved, again.take(9)]).toEqual([again.number, null]);
  expect(takeAll(attach(session, { from: 5 }))).toBe('f');
});

test('a full window stops the target, and acknowledgements down to three quarters start it again', async () => {
  const { session, far, near } = memorySession();
  const reader = attach(session);
  for (let count = 0; count < 10; count += 1) far.write('abcdefgh');
  await until(() => near.isPaused());
  await turns(50);
  expect(session.window.size).toBe(16);
  reader.take(8);
  session.ack(3);
  expect(near.isPaused()).toBe(true);
  session.ack(4);
  expect(near.isPaused()).toBe(false);
  await until(() => near.isPaused());
  expect(session.window.size).toBeLessThanOrEqual(24);
});

test('a reader that has all gets the last quarter of its window too', async () => {
  const { session, far, near } = memorySession();
  const reader = attach(session);
  for (let count = 0; count < 10; count += 1) far.write('abcdefgh');
  await until(() => near.isPaused());
  reader.take(8);
  reader.take(8);
  expect([reader.exhausted, reader.take(8), near.isPaused()]).toEqual([true, null, true]);
  session.ack(1);
  expect([near.isPaused(), reader.exhausted]).toEqual([false, false]);
});

test('no reader at all costs one window', async () => {
  const { session, far, near } = memorySession();
  for (let count = 0; count < 10; count += 1) far.write('abcdefgh');
  await until(() => near.isPaused());
  await turns(50);
  expect(session.window.size).toBe(16);
});

test('a reader takes no more than the window beyond what is acknowledged', async () => {
  const { session, far } = memorySession({ windowBytes: 4 });
  await arrive(session, far, 'abcdefgh');
  const reader = attach(session);
  expect(takeAll(reader)).toBe('abcd');
  const wake = vi.fn();
  reader.onChange(wake);
  session.ack(1);
  expect(wake).toHaveBeenCalled();
  expect(takeAll(reader)).toBe('e');
});

test('a reader that forgets needs no acknowledgements, and leaves the last window readable', async () => {
  const { session, far } = memorySession();
  const reader = attach(session, { connect: true, forgets: true });
  let text = '';
  reader.onChange(() => {
    text += takeAll(reader);
  });
  far.write('0123456789'.repeat(10));
  for (let count = 0; count < 10; count += 1) far.write('abcdefghij');
  await until(() => text.length === 200);
  expect(session.window.size).toBeLessThanOrEqual(26);
  reader.detach();
  expect(takeAll(attach(session))).toBe('efghijabcdefghij'.slice(-session.sent + session.window.start));
});

test('a reader that forgets, and takes nothing, stops the target until it takes', async () => {
  const { session, far, near } = memorySession();
  const reader = attach(session, { connect: true, forgets: true });
  for (let count = 0; count < 10; count += 1) far.write('abcdefgh');
  await until(() => near.isPaused());
  expect(session.window.size).toBe(16);
  reader.take(8);
  expect(near.isPaused()).toBe(false);
  await until(() => session.window.end > 16);
  expect(session.window.start).toBeLessThanOrEqual(8);
});

test('an acknowledging reader after one that forgets begins at the first byte kept and stops the target', async () => {
  const { session, far, near } = memorySession();
  const first = attach(session, { connect: true, forgets: true });
  first.onChange(() => takeAll(first));
  for (let count = 0; count < 10; count += 1) far.write('abcdefgh');
  await until(() => session.sent === 80);
  const second = attach(session);
  expect([near.isPaused(), second.position]).toEqual([true, 64]);
  takeAll(second);
  session.ack(80);
  expect(near.isPaused()).toBe(false);
});

test('an open answer counts as a sign of the client while it takes bytes or has none to take', async () => {
  const { session, far } = memorySession();
  const reader = attach(session, { holds: true });
  expect(reader.alive()).toBe(true);
  reader.blocked = true;
  expect(reader.alive()).toBe(false);
  await arrive(session, far, 'abc');
  reader.take(1);
  expect([reader.alive(), reader.alive()]).toEqual([true, false]);
  expect(attach(session).alive()).toBe(false);
});
