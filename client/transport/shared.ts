/** One held answer for several sessions of a page, for engines with few connections to a host. [PROTOCOL 6] */
import type { AnswerEvents, Question, Receiver } from '../core/types.ts';
import { later, nothing } from './engine.ts';
import { createGate, type Gate } from './receiver.ts';
import { type Asking, formOf } from './request.ts';

const MOST_SESSIONS = 16;
/** An answer that ends sooner than this counts as a failure, so a new session waits for as long. */
const LEAST_MS = 150;
/** How long some are listened to while others wait for their turn. */
const TURN_MS = 3000;
/** Who has seen the end of its target is told of it at once, again and again, where others have not: these wait between. */
const ENDED_MS = 1000;

interface Seat<C> {
  ask: () => Question<C>;
  gate: Gate<C>;
  question: Question<C>;
}

/** A ticket reads one session, an exchange writes to one, and a socket is one. */
const isShareable = /^(fetch-stream|xhr-.*|xdr|html-frame)$/;

/** @returns the receiver itself where its answers cannot be shared */
export const createShared = <C>(inner: Receiver<C>): Receiver<C> => {
  if (!isShareable.test(inner.name)) return inner;
  let waiting: Seat<C>[] = [];
  let held: Seat<C>[] = [];
  let stopHeld = nothing;
  /** The held answer is young: nobody joins now. */
  let cancelFlush = nothing;
  let isYoung = false;

  const schedule = (ms: number): void => {
    cancelFlush();
    cancelFlush = later(flush, ms);
  };
  /** Ends the held answer as the bridge would have, so that its sessions ask again. */
  const endHeld = (): void => {
    const seats = held;
    held = [];
    stopHeld();
    each(seats, (on) => on.record('AGAIN'));
    each(seats, (on) => on.over(true));
  };
  /** A session has left: nobody listens to an answer without sessions. */
  const leave = (): void => {
    if (openOf(held).length === 0) stopHeld();
  };
  const flush = (): void => {
    waiting = openOf(waiting);
    if (waiting.length === 0) return;
    endHeld();
    const all = openOf(waiting);
    const seats = all.slice(0, MOST_SESSIONS);
    waiting = all.slice(MOST_SESSIONS);
    const asked: Seat<C>[] = [];
    for (let i = 0; i < seats.length; i += 1) {
      const seat = seats[i] as Seat<C>;
      const question = seat.ask();
      seat.question = question;
      if (question.verb === 'receive') asked.push(seat);
      else seat.gate.release(inner.receive(() => question, seat.gate).stop);
    }
    cancelFlush();
    if (asked.length > 0) hold(asked);
    if (waiting.length > 0) schedule(TURN_MS);
  };
  const hold = (seats: Seat<C>[]): void => {
    const question = together(seats);
    const { reader, ended } = question.parameters;
    const over = (whole: boolean): void => {
      const last = held;
      held = [];
      const tell = (): void => each(last, (on) => on.over(whole));
      if (!ended && hasEnded(seats)) later(tell, ENDED_MS);
      else tell();
      if (waiting.length > 0) schedule(0);
    };
    held = seats;
    isYoung = true;
    later(() => {
      isYoung = false;
    }, LEAST_MS);
    stopHeld = inner.receive(() => question, distribute(seats, Number(reader), over)).stop;
  };

  return {
    name: inner.name,
    kind: inner.kind,
    usable: inner.usable,
    receive: (ask, on) => {
      const gate = createGate(on);
      waiting.push({ ask, gate, question: { verb: 'receive', parameters: {}, payload: null } });
      gate.release(leave);
      schedule(isYoung && held.length > 0 ? LEAST_MS : 0);
      return gate;
    },
  };
};

const openOf = <C>(seats: Seat<C>[]): Seat<C>[] => {
  const found: Seat<C>[] = [];
  for (let i = 0; i < seats.length; i += 1) if ((seats[i] as Seat<C>).gate.isOpen()) found.push(seats[i] as Seat<C>);
  return found;
};

const each = <C>(seats: Seat<C>[], tell: (on: Gate<C>) => void): void => {
  for (let i = 0; i < seats.length; i += 1) tell((seats[i] as Seat<C>).gate);
};

const hasEnded = <C>(seats: Seat<C>[]): boolean => {
  for (let i = 0; i < seats.length; i += 1) if ((seats[i] as Seat<C>).question.parameters.ended) return true;
  return false;
};

/** One question of several, with the highest number of their readers. */
const together = <C>(seats: Seat<C>[]): Asking<C> => {
  let reader = 0;
  // It speaks of all.
  let ended: number | undefined = 1;
  let more = '';
  for (let i = 0; i < seats.length; i += 1) {
    const { parameters } = (seats[i] as Seat<C>).question;
    more += `&${formOf({ key: parameters.key, from: parameters.from })}`;
    reader = Math.max(reader, Number(parameters.reader));
    if (!parameters.ended) ended = undefined;
  }
  return { verb: 'receive', parameters: { reader, ended }, payload: null, more };
};

/** Gives each session what is its own, under the number that it asked with. */
const distribute = <C>(seats: Seat<C>[], reader: number, over: (whole: boolean) => void): AnswerEvents<C> => {
  let current = seats.length > 1 ? null : (seats[0] as Seat<C>);
  return {
    record: (text) => {
      const words = text.split(' ');
      const name = words[0];
      if (name === 'SESSION') current = seats[Number(words[1])] || null;
      else if (!current || name === 'AGAIN' || name === 'PING') each(seats, (on) => on.record(text));
      else {
        const { gate, question } = current;
        const place = name === 'AT' ? 2 : 1;
        if ((name === 'AT' || name === 'MOVED') && Number(words[place]) === reader) {
          words[place] = String(question.parameters.reader);
        }
        gate.record(words.join(' '));
        // The answer goes on, but not for this one.
        if (name === 'MOVED' || name === 'NO' || name === 'ERR') gate.over(true);
      }
    },
    data: (chunk) => {
      if (current) current.gate.data(chunk);
    },
    alive: () => each(seats, (on) => on.alive()),
    over,
  };
};
