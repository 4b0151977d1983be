/** POST /close: the client is done; at once, or when what is still on its way has been written. [PROTOCOL 3, close] */
import type { FastifyPluginCallback } from 'fastify';
import type { Session } from '../core/session.ts';
import type { Ask, TransportOptions } from './context.ts';
import { readKey } from './send.ts';
import { addVerb, sendLine } from './verb.ts';

/** How long bytes below the end may still be on their way: a beacon overtakes posts. */
const LAST_BYTES_MS = 10_000;

const close = (ask: Ask, options: TransportOptions): void => {
  const { parameters } = ask;
  const key = readKey(parameters);
  const end = parameters.number('end');
  const session = options.router.sessions.find(key);
  if (session) closeSession(session, end, options);
  // The same for every key, known or not.
  sendLine(ask, 'OK');
};

/** The end of a session by its client; `end` is where its bytes end, if any are still on their way. */
export const closeSession = (session: Session, end: number | undefined, { router }: TransportOptions): void => {
  if (end !== undefined && session.state !== 'closed' && fits(session, end)) {
    session.used = true;
    session.leave(end, LAST_BYTES_MS);
    if (session.code) router.sessions.forget(session);
    else session.target.once('close', () => router.sessions.forget(session));
  } else {
    // In this order the log sees who ended it.
    router.sessions.forget(session);
    session.close('RESET');
  }
};

/** An end at odds with what has come is no end: nobody reads the answer of a beacon, so it is a plain close. */
const fits = ({ up }: Session, end: number): boolean => {
  try {
    up.checkEnd(end);
    return true;
  } catch {
    return false;
  }
};

export const closeVerb: FastifyPluginCallback<TransportOptions> = (app, options, done) => {
  addVerb(app, '/close', options, { act: (ask) => close(ask, options) });
  done();
};
