/** Starts a held answer: headers, padding, its first records, and then its loop. */

import type { Session, SessionReader } from '../core/session.ts';
import { type Loop, rawSink, recordSink, tie } from './answer.ts';
import type { Ask, TransportOptions } from './context.ts';
import type { Encoding } from './encoding/index.ts';
import { common, raw } from './headers.ts';
import { Pump, type Seat } from './pump.ts';
import { pumpRaw } from './raw-pump.ts';
import { paddingRecord, type Reading } from './reading.ts';
import type { Ticket } from './tickets.ts';

export interface HeldOptions {
  encoding: Encoding;
  reading: Reading;
  seats: Seat[];
  /** Records before those of the sessions, as OK and INFO of a connect. */
  first?: readonly string[];
  /** An exchange at window 0: the record that ends it once there is room. */
  room?: () => string | null;
  /** No client may repeat the request on its own. */
  close?: boolean;
}

/** The seat of an attached reader. */
export const seatOf = (reader: SessionReader): Seat => ({ reader, greeting: `AT ${reader.position} ${reader.number}` });

/** The seat of a session that got no reader: the record says why. */
export const emptySeat = (record: string): Seat => ({ reader: null, greeting: record });

/** Keeps tickets good while the answer is open that they opened, or that carries them. */
export const holdTickets = (held: readonly Ticket[], { response }: Ask, { tickets }: TransportOptions): void => {
  const releases = held.map((ticket) => tickets.hold(ticket));
  // One listener for all: Node takes more than ten for a leak.
  const release = (): void => {
    for (const one of releases) one();
  };
  if (response.closed) release();
  else response.once('close', release);
};

/** The seats, each with the ticket of its next reader. */
const withTickets = (seats: Seat[], ask: Ask, options: TransportOptions): Seat[] => {
  const held: Ticket[] = [];
  const all = seats.map((seat) => {
    const { reader } = seat;
    const ticket = reader && options.tickets.next(reader.session, reader.number + 1, performance.now());
    if (!ticket) return seat;
    held.push(ticket);
    return { ...seat, ticket: ticket.text };
  });
  if (held.length > 0) holdTickets(held, ask, options);
  return all;
};

/** The values in force, for the client. [PROTOCOL 4, INFO] */
export const infoRecord = (session: Session, options: TransportOptions, rotateBytes: number): string =>
  [
    `INFO id=${session.id} framing=${session.framing} window=${options.windowBytes} up=${options.upWindowBytes}`,
    `rotate=${rotateBytes} keep=${session.keepMs / 1000} ping=${options.pingMs / 1000}`,
    `hold=${Math.min(options.holdMs, session.keepMs / 2) / 1000}`,
  ].join(' ');

/** An answer of records, until its loop ends. */
export const holdRecords = (ask: Ask, options: TransportOptions, held: HeldOptions): void => {
  const { request, response } = ask;
  const { encoding, reading, first = [], close = false } = held;
  const seats = encoding.tickets ? withTickets(held.seats, ask, options) : held.seats;
  const sessions = seats.flatMap(({ reader }) => (reader ? [reader.session] : []));
  response.writeHead(200, {
    ...common,
    ...encoding.headers,
    ...ask.headers,
    'Content-Type': encoding.contentType,
    ...(close ? { Connection: 'close' } : {}),
  });
  const pump = new Pump(recordSink(response, encoding), seats, {
    encoding,
    mode: reading.mode,
    holdMs: Math.min(reading.holdMs, ...sessions.map(({ keepMs }) => keepMs / 2)),
    pingMs: options.pingMs,
    rotateBytes: reading.rotateBytes,
    endSeen: reading.endSeen,
    room: held.room,
    done: () => options.answers.delete(pump),
  });
  options.answers.add(pump);
  request.resume();
  response.cork();
  if (encoding.head !== undefined) response.write(encoding.head);
  if (reading.padBytes > 0) response.write(encoding.record(paddingRecord(reading.padBytes)));
  for (const record of first) response.write(encoding.record(record));
  pump.start();
  // First tied: Node 24 can drain within uncork.
  tie(response, pump);
  if (response.writableCorked > 0) response.uncork();
};

/** A `raw` answer, until its loop ends. `first` is the line of a connect. */
export const holdRaw = (
  ask: Ask,
  options: TransportOptions,
  reader: SessionReader,
  how: { first?: string; close?: boolean },
): void => {
  const { request, response } = ask;
  response.writeHead(200, { ...raw, ...ask.headers, ...(how.close ? { Connection: 'close' } : {}) });
  if (how.first === undefined) response.flushHeaders();
  else response.write(`${how.first}\n`);
  request.resume();
  let loop: Loop | null = null;
  let over = false;
  loop = pumpRaw(reader, rawSink(response), () => {
    over = true;
    if (loop) options.answers.delete(loop);
  });
  // It may be over already, where all that was left is written.
  if (over) return;
  options.answers.add(loop);
  tie(response, loop);
};
