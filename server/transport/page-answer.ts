/** The answer of `as=page`: waits a moment for what the target says, then shows the last of it and what can be done. */
import type { Session, SessionReader } from '../core/session.ts';
import { type Loop, send, tie } from './answer.ts';
import type { Ask, TransportOptions } from './context.ts';
import { lineEndNames, page, renderPage, spoken } from './encoding/page.ts';
import type { Parameters } from './parameters.ts';
import { sendRecord } from './verb.ts';

/** The most that a page shows, and how long it waits for more once something has come. */
const SHOWN_BYTES = 64 * 1024;
const COALESCE_MS = 100;
/** A ticket in a page is good for longer than this. */
const MOST_REFRESH_S = 20;

export interface PageHow {
  reader: SessionReader;
  holdMs: number;
  /** What was sent before this page: only what comes after it is waited for. */
  known: number;
  /** The way from the path asked to where the verbs are. */
  base?: string;
  note?: string;
  close?: boolean;
}

/** Attaches for a page: it shows what is kept and acknowledges nothing, so the last window stays readable. */
export const attachPage = (session: Session, at: { reader?: number | undefined; connect?: boolean }) =>
  session.attach({ ...at, forgets: true });

/** How far a page has to climb from a path to where the verbs are. */
export const baseOf = (path: string): string => '../'.repeat(Math.max(path.split('/').length - 2, 0));

/** Answers with the page of a session, as soon as it shows something new. */
export const holdPage = (ask: Ask, options: TransportOptions, how: PageHow): void => {
  const { reader, holdMs, known } = how;
  const { request, response } = ask;
  const shown = new Shown();
  let over = false;
  const stop = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    clearTimeout(soon);
    reader.detach();
    options.answers.delete(loop);
  };
  const finish = (): void => {
    if (over) return;
    stop();
    if (reader.moved !== null) return sendRecord(ask, `MOVED ${reader.moved}`, page, 200);
    const { close = false } = how;
    const body = pageOf(ask.parameters, options, { ...how, shown });
    send(request, response, { body, contentType: page.contentType, own: page.headers, headers: ask.headers, close });
  };
  let soon: NodeJS.Timeout | undefined;
  const loop: Loop = { resume: () => {}, stop };
  const timer = setTimeout(finish, Math.min(holdMs, reader.session.keepMs / 2));
  const run = (): void => {
    if (over) return;
    for (let chunk = reader.take(SHOWN_BYTES); chunk; chunk = reader.take(SHOWN_BYTES)) shown.add(chunk);
    if (reader.moved !== null || reader.over) return finish();
    if (reader.position > known || reader.ended) soon ??= setTimeout(finish, COALESCE_MS);
  };
  options.answers.add(loop);
  request.resume();
  tie(response, loop);
  shown.cut = reader.position > 0;
  reader.onChange(run);
  run();
};

/** The last bytes of a stream, copied, for the window they lie in goes on. */
class Shown {
  #bytes: Buffer = Buffer.alloc(0);
  /** There was more before them. */
  cut = false;

  add(chunk: Uint8Array): void {
    const all = Buffer.concat([this.#bytes, chunk]);
    this.cut ||= all.length > SHOWN_BYTES;
    this.#bytes = all.subarray(Math.max(all.length - SHOWN_BYTES, 0));
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

const pageOf = (
  parameters: Parameters,
  { tickets }: TransportOptions,
  { reader, base = '', note, shown }: PageHow & { shown: Shown },
): string => {
  const { session } = reader;
  const over = session.state === 'closed';
  const refreshS = Math.min(Number(/^\d{1,2}$/.exec(parameters.text('refresh') ?? '')?.[0] ?? 0), MOST_REFRESH_S);
  return renderPage({
    base,
    key: session.key,
    at: session.writes === 'appends' ? undefined : session.up.next,
    output: shown.bytes,
    cut: shown.cut,
    open: !over && !session.up.ended,
    over,
    notes: [...(note === undefined ? [] : [note]), stateOf(session)],
    ticket: over ? null : (tickets.next(session, reader.number + 1, performance.now())?.text ?? null),
    refreshS: session.targetEnded ? 0 : refreshS,
    lineEnd: lineEndNames.find((name) => name === parameters.text('line')) ?? 'crlf',
  });
};

const stateOf = (session: Session): string => {
  if (session.finalRecord) return spoken(session.finalRecord);
  return session.targetEnded ? 'The target has finished sending.' : 'Connected.';
};
