/** POST /exchange: a send that never waits, then a poll, in one answer: one connection is enough. [PROTOCOL 3, exchange] */
import type { FastifyPluginCallback } from 'fastify';
import { asNetwineError, NetwineError } from '../core/errors.ts';
import type { Session } from '../core/session.ts';
import type { Ask, TransportOptions } from './context.ts';
import { page } from './encoding/index.ts';
import { emptySeat, holdRecords, seatOf } from './held.ts';
import type { Seat } from './pump.ts';
import { readReading } from './reading.ts';
import { late, readKey, runUpload, upLine } from './send.ts';
import { readUp, Upload } from './upload.ts';
import { addVerb, sendRecord } from './verb.ts';

const exchange = async (ask: Ask, options: TransportOptions): Promise<void> => {
  const { parameters } = ask;
  const session = options.router.sessions.get(readKey(parameters));
  const up = readUp(parameters);
  const reading = readReading(parameters, { ...options, poll: true });
  const at = { from: parameters.number('from'), reader: parameters.number('reader') };
  const { encoding } = reading;
  if (encoding === null) throw new NetwineError('BAD_REQUEST', { text: 'raw is for streams only' });
  if (encoding === page) throw new NetwineError('BAD_REQUEST', { text: 'a page is not for an exchange: send' });
  let carried = false;
  let appended = false;
  if (session.state === 'closed') {
    if (!(await late(ask, session, up, encoding))) return;
  } else {
    const wasEnded = session.up.ended;
    const upload = new Upload(ask, session, { up, options: { maxBodyBytes: options.maxBodyBytes, waitMs: 0 } });
    const { how, bytes } = await runUpload(upload, ask, { session, up, waitMs: 0 });
    if (how === 'cut') return;
    if (how === 'stalled' && session.code) return sendRecord(ask, session.finalRecord ?? '', encoding, 410);
    carried = bytes > 0 || (up.end !== undefined && !wasEnded);
    appended = up.at === undefined && bytes > 0;
  }
  const full = session.up.room === 0 && session.state !== 'closed';
  const seat = attach(session, at);
  holdRecords(ask, options, {
    encoding,
    reading: carried ? { ...reading, holdMs: 0 } : reading,
    seats: [seat],
    first: [upLine(session)],
    // No client may repeat an append on its own.
    close: appended,
    ...(full ? { room: () => roomRecord(session) } : {}),
  });
};

/** The send part stands whatever becomes of the reading: a stale reader is told after its line. */
const attach = (session: Session, at: { from: number | undefined; reader: number | undefined }): Seat => {
  try {
    const attached = session.attach(at);
    return typeof attached === 'number' ? emptySeat(`MOVED ${attached}`) : seatOf(attached);
  } catch (cause) {
    const error = asNetwineError(cause);
    if (error.code === 'INTERNAL') throw error;
    return emptySeat(error.record);
  }
};

/** What an exchange at window 0 waits for. */
const roomRecord = ({ up }: Session): string | null => (up.room > 0 ? `ACK ${up.next} ${up.room}` : null);

export const exchangeVerb: FastifyPluginCallback<TransportOptions> = (app, options, done) => {
  addVerb(app, '/exchange', options, { act: (ask) => exchange(ask, options) });
  done();
};
