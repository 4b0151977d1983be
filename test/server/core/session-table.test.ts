/** The table of sessions: keys, the sweep, and for how long what is over stays. */
import { afterEach, expect, test } from 'vitest';
import { Session } from '../../../server/core/session.ts';
import { SessionTable } from '../../../server/core/session-table.ts';
import { memoryPair } from '../../support/memory-pair.ts';

const KEEP = 1000;

const sessions: Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.close('SHUTDOWN');
});

/** A table with one session, added at 0. */
const setUp = () => {
  const { near, far } = memoryPair();
  const session = new Session(near, { windowBytes: 64, upWindowBytes: 64, keepMs: KEEP });
  sessions.push(session);
  const table = new SessionTable();
  table.add(session, 0);
  return { session, table, far };
};

/** Sweeps as often as a bridge does. */
const pass = (table: SessionTable, from: number, to: number): void => {
  for (let now = from; now < to; now += KEEP / 10) table.sweep(now);
  table.sweep(to);
};

const gone = expect.objectContaining({ code: 'GONE' });

test('finds a session by its key, which counts as a sign of its client and as use of the key', () => {
  const { session, table } = setUp();
  const { signs } = session;
  expect(table.get(session.key)).toBe(session);
  expect([session.used, session.signs > signs]).toEqual([true, true]);
});

test('a look-up without a sign leaves the session as it is', () => {
  const { session, table } = setUp();
  const { signs } = session;
  expect(table.find(session.key)).toBe(session);
  expect([session.used, session.signs]).toEqual([false, signs]);
});

test.each([
  ['empty', ''],
  ['of the right length', 'A'.repeat(22)],
  ['very long', 'A'.repeat(100_000)],
  ['of another alphabet', '\u0000 \u{1f511}'],
  ['a name that objects have', '__proto__'],
])('a key that is %s opens nothing, with the one answer for all', (_, key) => {
  const { table } = setUp();
  expect(() => table.get(key)).toThrow(gone);
  expect(table.find(key)).toBeUndefined();
});

test('a key with its case changed or a letter more opens nothing', () => {
  const { session, table } = setUp();
  const swapped = session.key.replace(/[a-z]/i, (letter) =>
    letter < 'a' ? letter.toLowerCase() : letter.toUpperCase(),
  );
  expect(() => table.get(swapped)).toThrow(gone);
  expect(() => table.get(`${session.key}A`)).toThrow(gone);
});

test('ends a session as abandoned after its keep time without a sign, and not before', () => {
  const { session, table } = setUp();
  pass(table, 0, KEEP - 1);
  expect(session.code).toBeNull();
  table.sweep(KEEP);
  expect(session.code).toBe('ABANDONED');
});

test('a sign of the client begins the keep time anew at the sweep that sees it', () => {
  const { session, table } = setUp();
  table.get(session.key);
  table.sweep(900);
  pass(table, 900, 900 + KEEP - 1);
  expect(session.code).toBeNull();
  table.sweep(900 + KEEP);
  expect(session.code).toBe('ABANDONED');
});

test('an open answer that holds, and takes bytes, keeps its session for as long as it is there', () => {
  const { session, table } = setUp();
  const reader = session.attach({ holds: true });
  for (let now = 0; now < 20 * KEEP; now += KEEP / 2) table.sweep(now);
  expect(session.code).toBeNull();
  if (typeof reader === 'object') reader.detach();
  pass(table, 20 * KEEP, 22 * KEEP);
  expect(session.code).toBe('ABANDONED');
});

test('an open answer that takes nothing keeps nothing', () => {
  const { session, table } = setUp();
  const reader = session.attach({ holds: true });
  if (typeof reader === 'object') reader.blocked = true;
  pass(table, 0, KEEP);
  expect(session.code).toBe('ABANDONED');
});

test('what is over stays for the keep time from its end, and is then forgotten', () => {
  const { session, table } = setUp();
  session.close('RESET');
  table.sweep(500);
  pass(table, 500, 500 + KEEP - 1);
  expect(table.get(session.key)).toBe(session);
  table.sweep(500 + KEEP);
  expect([table.size, table.has(session)]).toEqual([0, false]);
  expect(() => table.get(session.key)).toThrow(gone);
});

test('asking again for what is over does not prolong it, but a raised acknowledgement does', async () => {
  const { session, table, far } = setUp();
  far.write('abcdef');
  while (session.window.end < 6) await new Promise((resolve) => setImmediate(resolve));
  const reader = session.attach({});
  if (typeof reader === 'object') while (reader.take(64)) expect(session.sent).toBeGreaterThan(0);
  session.close('RESET');
  table.sweep(0);
  table.get(session.key);
  session.attach({ from: 0 });
  table.sweep(900);
  session.ack(3);
  table.sweep(950);
  pass(table, 950, 950 + KEEP - 1);
  expect(table.size).toBe(1);
  table.sweep(950 + KEEP);
  expect(table.size).toBe(0);
});

// Found by F17, seed 1, small: three of six live sessions were ended as abandoned.
test('time in which nobody swept is none in which a client was silent', () => {
  const { session, table } = setUp();
  pass(table, 0, KEEP / 2);
  table.sweep(10 * KEEP);
  expect(session.code).toBeNull();
  pass(table, 10 * KEEP, 10.2 * KEEP);
  expect(session.code).toBeNull();
  pass(table, 10.2 * KEEP, 11 * KEEP);
  expect(session.code).toBe('ABANDONED');
});

test('a session that its client closed is forgotten at once', () => {
  const { session, table } = setUp();
  expect(table.all()).toEqual([session]);
  table.forget(session);
  expect([table.size, table.all()]).toEqual([0, []]);
});

test('keys and ids differ between sessions, and an id says nothing of its key', () => {
  const made = Array.from({ length: 50 }, () => setUp().session);
  expect(new Set(made.map(({ key }) => key)).size).toBe(50);
  for (const { key, id } of made) {
    expect(key).toMatch(/^[\w-]{22}$/);
    expect(key).not.toContain(id);
  }
});
