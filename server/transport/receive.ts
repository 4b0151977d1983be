/** POST /receive: attaches a reader to one session or to several, and holds its answer. [PROTOCOL 3, 6] */
import type { FastifyPluginCallback } from 'fastify';
import { asNetwineError, NetwineError } from '../core/errors.ts';
import type { Session, SessionReader } from '../core/session.ts';
import type { Ask, TransportOptions } from './context.ts';
import { page } from './encoding/index.ts';
import { emptySeat, holdRaw, holdRecords, seatOf } from './held.ts';
import { attachPage, holdPage } from './page-answer.ts';
import type { Seat } from './pump.ts';
import { type Reading, readReading } from './reading.ts';
import { addVerb, sendRecord } from './verb.ts';

const MOST_KEYS = 16;

/** Judges the keys of one request. @throws BAD_REQUEST for none, too many or one twice */
const requireKeys = (keys: readonly string[]): void => {
  if (keys.length === 0) throw new NetwineError('BAD_REQUEST', { text: 'key is missing' });
  if (keys.length > MOST_KEYS) throw new NetwineError('BAD_REQUEST', { text: 'one answer reads 16 sessions at most' });
  if (new Set(keys).size < keys.length) throw new NetwineError('BAD_REQUEST', { text: 'a key is given twice' });
};

const receive = (ask: Ask, options: TransportOptions): void => {
  const { parameters } = ask;
  const keys = parameters.all('key');
  requireKeys(keys);
  const froms = parameters.numbers('from');
  if (froms.length > 0 && froms.length !== keys.length) {
    throw new NetwineError('BAD_REQUEST', { text: 'give one from for each key, or none' });
  }
  const reading = readReading(parameters, options);
  const reader = parameters.number('reader');
  if (keys.length > 1) {
    if (reading.encoding === null || reading.encoding === page) {
      throw new NetwineError('BAD_REQUEST', { text: 'this encoding reads one session only' });
    }
    const seats = keys.map((key, index) => seat(key, { from: froms[index], reader, options }));
    return holdRecords(ask, options, { encoding: reading.encoding, reading, seats });
  }
  readOne(ask, options.router.sessions.get(keys[0] as string), { from: froms[0], reader, reading, options });
};

interface One {
  from: number | undefined;
  reader: number | undefined;
  reading: Reading;
  options: TransportOptions;
}

/** The answer that reads one session; also the one of a ticket. */
export const readOne = (ask: Ask, session: Session, { from, reader, reading, options }: One): void => {
  const { encoding } = reading;
  if (encoding === page) return readPage(ask, session, { reader, reading, options });
  if (encoding === null && isSpent(session, from)) {
    return sendRecord(ask, session.finalRecord ?? '', null, 410);
  }
  const attached = session.attach({
    from,
    reader,
    forgets: encoding === null && from === undefined,
    holds: encoding === null,
  });
  if (typeof attached === 'number') return sendRecord(ask, `MOVED ${attached}`, encoding, 409);
  if (encoding) holdRecords(ask, options, { encoding, reading, seats: [seatOf(attached)] });
  else holdRaw(ask, options, attached, {});
};

/** A page has no offset of its own: it shows what is kept. */
const readPage = (ask: Ask, session: Session, { reader, reading, options }: Omit<One, 'from'>): void => {
  const known = session.sent;
  const attached = attachPage(session, { reader });
  if (typeof attached === 'number') return sendRecord(ask, `MOVED ${attached}`, page, 200);
  holdPage(ask, options, { reader: attached, holdMs: reading.holdMs, known });
};

/** Nothing is left to read, and it was no clean end: `raw` has no other way to say so. */
const isSpent = (session: Session, from: number | undefined): boolean =>
  session.state === 'closed' && !session.targetEnded && (from ?? session.window.start) === session.window.end;

/** One of several sessions: its failure is a record of its own and disturbs no other. */
const seat = (key: string, { from, reader, options }: Omit<One, 'reading'>): Seat => {
  try {
    const attached: SessionReader | number = options.router.sessions.get(key).attach({ from, reader });
    return typeof attached === 'number' ? emptySeat(`MOVED ${attached}`) : seatOf(attached);
  } catch (cause) {
    const error = asNetwineError(cause);
    if (error.code === 'INTERNAL') throw error;
    return emptySeat(error.record);
  }
};

export const receiveVerb: FastifyPluginCallback<TransportOptions> = (app, options, done) => {
  addVerb(app, '/receive', options, { repeatable: ['key', 'from'], act: (ask) => receive(ask, options) });
  done();
};
