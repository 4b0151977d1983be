/** Connects by nonce: one dial for all repeats, and how long its answer is remembered. */
import { afterEach, expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { Openings } from '../../../server/core/opening.ts';
import { Session } from '../../../server/core/session.ts';
import { SessionTable } from '../../../server/core/session-table.ts';
import { memoryPair } from '../../support/memory-pair.ts';

const KEEP = 1000;
const FAILED = 500;

const sessions: Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.close('SHUTDOWN');
});

const setUp = () => {
  const session = new Session(memoryPair().near, { windowBytes: 64, upWindowBytes: 64, keepMs: KEEP });
  sessions.push(session);
  const table = new SessionTable();
  table.add(session, 0);
  return { session, table, openings: new Openings({ failedMs: FAILED }) };
};

test('a repeat finds the dial of the first, and both learn the same session', async () => {
  const { session, openings } = setUp();
  const first = openings.start('nonce', 'tcp://a:1', Promise.resolve(session));
  expect(openings.find('nonce')).toBe(first);
  expect(first.session).toBeNull();
  expect(await first.outcome).toBe(session);
  expect([first.session, first.target, first.until]).toEqual([session, 'tcp://a:1', null]);
  expect(openings.find('another')).toBeUndefined();
});

test('a failed dial is an outcome, not a rejection, and is remembered for its time', async () => {
  const { table, openings } = setUp();
  const failure = new NetwineError('REFUSED');
  const before = performance.now();
  const opening = openings.start('nonce', 'tcp://a:1', Promise.reject(failure));
  expect(await opening.outcome).toBe(failure);
  await Promise.resolve();
  openings.sweep(before + FAILED - 1, table);
  expect(openings.find('nonce')).toBe(opening);
  openings.sweep(performance.now() + FAILED, table);
  expect(openings.size).toBe(0);
});

test('what is no failure of the table becomes INTERNAL', async () => {
  const { openings } = setUp();
  const opening = openings.start('nonce', 'tcp://a:1', Promise.reject(new Error('a bug')));
  expect(await opening.outcome).toMatchObject({ code: 'INTERNAL' });
});

test('a dial under way is not forgotten, however long it takes', () => {
  const { table, openings } = setUp();
  openings.start('nonce', 'tcp://a:1', new Promise(() => {}));
  openings.sweep(1e12, table);
  expect(openings.size).toBe(1);
});

test('a nonce is remembered for the life of its session and its keep time, without the session', async () => {
  const { session, table, openings } = setUp();
  await openings.start('nonce', 'tcp://a:1', Promise.resolve(session)).outcome;
  session.attach({ reader: 7 });
  openings.sweep(1e9, table);
  expect(openings.find('nonce')).toMatchObject({ session, moved: null });
  table.forget(session);
  openings.sweep(1e9, table);
  const forgotten = openings.find('nonce');
  expect(forgotten).toMatchObject({ session: null, moved: 8, target: 'tcp://a:1' });
  expect(await forgotten?.outcome).toMatchObject({ code: 'GONE' });
  openings.sweep(1e9 + KEEP - 1, table);
  expect(openings.size).toBe(1);
  openings.sweep(1e9 + KEEP, table);
  expect(openings.size).toBe(0);
});

test('nonces whose sessions are over share one answer, so that each costs little', async () => {
  const { session, table, openings } = setUp();
  for (const nonce of ['one', 'two']) await openings.start(nonce, 'tcp://a:1', Promise.resolve(session)).outcome;
  table.forget(session);
  openings.sweep(1, table);
  const [one, two] = [openings.find('one'), openings.find('two')];
  expect(one?.moved).toBe(1);
  expect(one?.outcome).toBe(two?.outcome);
});
