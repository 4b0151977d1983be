/** A session over a pair in memory, and what its tests say of it. */
import type { Duplex } from 'node:stream';
import type { SessionReader as Reader } from '../../server/core/session.ts';
import { type AttachOptions, Session, type SessionOptions } from '../../server/core/session.ts';
import { memoryPair } from './memory-pair.ts';

const sessions: Session[] = [];

/** Closes every session that was opened here: for `afterEach`. */
export const closeSessions = (): void => {
  for (const session of sessions.splice(0)) session.close('SHUTDOWN');
};

/** A session with windows of 16 bytes over a target. */
export const openSession = (target: Duplex, options: Partial<SessionOptions> = {}): Session => {
  const session = new Session(target, { windowBytes: 16, upWindowBytes: 16, keepMs: 10_000, ...options });
  sessions.push(session);
  return session;
};

/** A session over a pair that cuts nothing into pieces. */
export const memorySession = (options: Partial<SessionOptions> = {}) => {
  const { near, far } = memoryPair({ fragment: false, delay: 1 });
  return { near, far, session: openSession(near, options) };
};

/** Attaches where it must succeed. */
export const attach = (session: Session, options: AttachOptions = {}): Reader => {
  const reader = session.attach(options);
  if (typeof reader === 'number') throw new Error(`moved to ${reader}`);
  return reader;
};

/** Waits by turns of the event loop; a condition that never comes ends the test by its time limit. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

/** Sends from the target, and waits until all of it has come. */
export const arrive = async (session: Session, far: Duplex, text: string): Promise<void> => {
  const end = session.window.end + text.length;
  far.write(text);
  await until(() => session.window.end >= end);
};

/** All that a reader gives now. */
export const takeAll = (reader: Reader): string => {
  let text = '';
  for (let chunk = reader.take(1000); chunk; chunk = reader.take(1000)) text += Buffer.from(chunk).toString();
  return text;
};
