/** POST /send: bytes for the target, acknowledgements and the client's end. [PROTOCOL 3, send] */
import type { FastifyPluginCallback } from 'fastify';
import { NetwineError } from '../core/errors.ts';
import type { Session } from '../core/session.ts';
import { createDecoder } from './coding.ts';
import type { Ask, TransportOptions } from './context.ts';
import { page } from './encoding/index.ts';
import { attachPage, holdPage } from './page-answer.ts';
import type { Parameters } from './parameters.ts';
import { readReading } from './reading.ts';
import type { Payload } from './request.ts';
import { waitForRoom } from './room.ts';
import { MOST_CODED_BYTES, readUp, type Up, Upload, type Uploaded } from './upload.ts';
import { addVerb, sendLine, sendRecord } from './verb.ts';

const MOST_WAIT_MS = 10_000;

/** The key of a verb that takes one. @throws BAD_REQUEST */
export const readKey = (parameters: Parameters): string => {
  const key = parameters.text('key');
  if (key === undefined) throw new NetwineError('BAD_REQUEST', { text: 'key is missing' });
  return key;
};

/** The line that a send is answered with. */
export const upLine = ({ up, sent, state }: Session): string =>
  `OK ${up.next} ${state === 'closed' ? 0 : up.room} ${sent}${up.ended || state === 'closed' ? ' END' : ''}`;

/** Appends of a session, one after the other: two at a time would mix. */
const appending = new WeakMap<Session, Promise<unknown>>();

/**
 * Runs an upload; an append waits for its turn, an acknowledgement alone never does.
 * @throws LIMIT where its turn has not come after `waitMs`, as behind a client that left its body unfinished
 */
export const runUpload = async (
  upload: Upload,
  { payload }: Ask,
  { session, up, waitMs }: { session: Session; up: Up; waitMs: number },
): Promise<Uploaded> => {
  if (up.at !== undefined || (up.end !== 'here' && (await payload.empty()))) return upload.run();
  return new Promise((resolve, reject) => {
    let waits = true;
    const timer = setTimeout(() => {
      waits = false;
      reject(new NetwineError('LIMIT', { text: 'another append of this session is under way' }));
    }, waitMs);
    const turn = (appending.get(session) ?? Promise.resolve()).then(() => {
      clearTimeout(timer);
      return waits ? upload.run().then(resolve, reject) : undefined;
    });
    appending.set(session, turn);
  });
};

/** The send of a session, by whatever it was named. */
export const sendTo = async (ask: Ask, session: Session, options: TransportOptions): Promise<void> => {
  const { parameters, response } = ask;
  const up = readUp(parameters);
  if (ask.form.encoding === page) return sendPage(ask, session, { up, options });
  if (session.code) {
    if (await late(ask, session, up)) sendLine(ask, upLine(session));
    return;
  }
  const hold = parameters.number('hold');
  const waitMs = Math.min(hold === undefined ? options.holdMs : hold * 1000, session.keepMs / 2, MOST_WAIT_MS);
  const upload = new Upload(ask, session, { up, options: { maxBodyBytes: options.maxBodyBytes, waitMs } });
  const { how, bytes } = await runUpload(upload, ask, { session, up, waitMs });
  if (how === 'cut') return;
  const probe = bytes === 0 && up.ack === undefined && up.end === undefined;
  if (probe) await waitForRoom(session, response, waitMs);
  if (session.code && !session.up.ended) {
    return sendRecord(ask, session.finalRecord ?? '', ask.form.encoding, 410);
  }
  sendLine(ask, upLine(session), { close: up.at === undefined && bytes > 0 });
};

/** The send of a page is answered by the next page, with what the target says to it. */
const sendPage = async (
  ask: Ask,
  session: Session,
  { up, options }: { up: Up; options: TransportOptions },
): Promise<void> => {
  const { holdMs } = readReading(ask.parameters, options);
  const { declared } = ask.payload;
  const [known, before] = [session.sent, session.up.next];
  if (session.code) {
    if (!(await late(ask, session, up, page))) return;
  } else {
    const waitMs = Math.min(options.holdMs, session.keepMs / 2, MOST_WAIT_MS);
    const upload = new Upload(ask, session, { up, options: { maxBodyBytes: options.maxBodyBytes, waitMs } });
    if ((await runUpload(upload, ask, { session, up, waitMs })).how === 'cut') return;
  }
  const attached = attachPage(session, {});
  if (typeof attached === 'number') return sendRecord(ask, `MOVED ${attached}`, page, 200);
  const missing = (declared ?? 0) - (session.up.next - before);
  const note = missing > 0 ? noteOf(missing, declared ?? 0) : undefined;
  const close = up.at === undefined && declared !== 0;
  holdPage(ask, options, { reader: attached, holdMs, known, close, ...(note === undefined ? {} : { note }) });
};

/** A line that was not taken as a whole: a page sent twice, or one that is older than what was sent since. */
const noteOf = (missing: number, of: number): string =>
  missing === of
    ? 'Nothing was sent: this page had sent a line already, or the target takes none now.'
    : `The last ${missing} bytes of the line were not sent: the target takes no more now.`;

/**
 * The up part of a request to a session that is over: what it already took is confirmed, the rest is told why.
 * @returns whether it is confirmed; otherwise the request is answered, or gone.
 */
export const late = async (ask: Ask, session: Session, up: Up, encoding = ask.form.encoding): Promise<boolean> => {
  if (up.ack !== undefined) session.checkAck(up.ack);
  const from = up.at ?? session.up.next;
  const bytes = await decodedLength(ask.payload, up, session.up.next - from);
  if (bytes === null) return false;
  if (up.ack !== undefined) session.ack(up.ack);
  if (from + bytes <= session.up.next && (typeof up.end !== 'number' || up.end <= session.up.next)) return true;
  sendRecord(ask, session.finalRecord ?? '', encoding, 410);
  return false;
};

/** How long a payload is, decoded, or more than known where it is longer; null where it was cut. */
const decodedLength = async (payload: Payload, { coding }: Up, known: number): Promise<number | null> => {
  try {
    const body = await payload.readAll(coding === 'raw' ? Math.max(known, 0) : MOST_CODED_BYTES);
    if (body === null) return null;
    const decoder = createDecoder(coding);
    return decoder.push(body).length + decoder.finish().length;
  } catch (cause) {
    if (cause instanceof NetwineError && cause.code === 'TOO_LARGE') return Infinity;
    throw cause;
  }
};

export const sendVerb: FastifyPluginCallback<TransportOptions> = (app, options, done) => {
  addVerb(app, '/send', options, {
    act: (ask) => sendTo(ask, options.router.sessions.get(readKey(ask.parameters)), options),
  });
  done();
};
