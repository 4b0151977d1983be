/** One held answer for several sessions of a page, for engines with few connections to a host. [PROTOCOL 6] */
import type { AnswerEvents, Question, Receiver } from '../core/types.ts';
import { later, nothing } from './engine.ts';
import { isLeapRefused, raiseReader, raising } from './raise.ts';
import { createGate, type Gate } from './receiver.ts';
import { type Asking, formOf } from './request.ts';

const MOST_SESSIONS = 16;
/** An answer that ends sooner than this counts as a failure, so a new session waits for as long. */
const LEAST_MS = 150;
/** How long some are listened to while others wait for their turn. */
const TURN_MS = 3000;
/** Who has seen the end of its target would be told of it again, at once: where others listen it is asked for beside them. */
const ENDED_MS = 1000;

interface Seat<C> {
  ask: () => Question<C>;
  gate: Gate<C>;
  question: Question<C>;
}

/** A ticket reads one session, an exchange writes to one, and a socket is one. */
const isShareable = /^(fetch-stream|xhr-.*|xdr|html-frame)$/;

/** What cannot be shared is still asked for under numbers that all sessions share. */
export const createShared = <C>(inner: Receiver<C>): Receiver<C> => {
  if (inner.kind === 'socket') return inner;
  if (!isShareable.test(inner.name)) return raising(inner);
  let waiting: Seat<C>[] = [];
  let held: Seat<C>[] = [];
  let stopHeld = nothing;
  let cancelFlush = nothing;
  let cancelYoung = nothing;
  /** The held answer is young: nobody joins now. */
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
    if (openOf(held).length > 0) return;
    stopHeld();
    if (waiting.length > 0) schedule(0);
  };
  /** Those whose turn it is put their questions, until there are enough for one answer. A connect is no matter of others. */
  const ask = (listening: Seat<C>[], ended: Seat<C>[]): void => {
    waiting = openOf(waiting);
    while (waiting.length > 0 && listening.length + ended.length < MOST_SESSIONS) {
      const seat = waiting[0] as Seat<C>;
      waiting = waiting.slice(1);
      const question = seat.ask();
      seat.question = question;
      if (question.verb !== 'receive') seat.gate.release(inner.receive(() => question, seat.gate).stop);
      else if (question.parameters.ended && inner.kind === 'poll') ended.push(seat);
      else listening.push(seat);
    }
  };
  const flush = (): void => {
    const listening: Seat<C>[] = [];
    const ended: Seat<C>[] = [];
    ask(listening, ended);
    if (listening.length > 0) {
      endHeld();
      ask(listening, ended);
    }
    const isHeld = openOf(held).length > 0;
    if (listening.length > 0) hold(listening);
    else if (ended.length > 0 && !isHeld) hold(ended);
    if (ended.length > 0 && (listening.length > 0 || isHeld)) later(() => lookAt(openOf(ended)), ENDED_MS);
    cancelFlush();
    if (waiting.length > 0) schedule(TURN_MS);
  };
  const answer = (seats: Seat<C>[], isBrief: boolean, over: (whole: boolean) => void): (() => void) => {
    const question = together(seats, isBrief);
    return inner.receive(() => question, distribute(seats, Number(question.parameters.reader), { over, refused })).stop;
  };
  const hold = (seats: Seat<C>[]): void => {
    held = seats;
    isYoung = true;
    cancelYoung();
    cancelYoung = later(() => {
      isYoung = false;
    }, LEAST_MS);
    stopHeld = answer(seats, false, (whole) => {
      const last = held;
      held = [];
      each(last, (on) => on.over(whole));
      if (waiting.length > 0) schedule(0);
    });
  };
  /** A moment is enough: only how their sessions end is still to be heard. */
  const lookAt = (seats: Seat<C>[]): void => {
    if (seats.length > 0) answer(seats, true, (whole) => each(seats, (on) => on.over(whole)));
  };
  const refused = (seat: Seat<C>, text: string): void => {
    held = without(held, seat);
    const { gate, question } = seat;
    const stop = raiseReader(inner, question, (raised) => {
      gate.record(raised ? 'AGAIN' : text);
      gate.over(true);
    });
    gate.release(stop);
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

const without = <C>(seats: Seat<C>[], one: Seat<C>): Seat<C>[] => {
  const others: Seat<C>[] = [];
  for (let i = 0; i < seats.length; i += 1) if (seats[i] !== one) others.push(seats[i] as Seat<C>);
  return others;
};

/** One question of several, with the highest number of their readers. */
const together = <C>(seats: Seat<C>[], isBrief: boolean): Asking<C> => {
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
  return { verb: 'receive', parameters: { reader, ended, hold: isBrief ? 0 : undefined }, payload: null, more };
};

interface Told<C> {
  over(whole: boolean): void;
  /** The number is too high for this one. */
  refused(seat: Seat<C>, text: string): void;
}

/** Gives each session what is its own, under the number that it asked with. */
const distribute = <C>(seats: Seat<C>[], reader: number, { over, refused }: Told<C>): AnswerEvents<C> => {
  let current = seats.length > 1 ? null : (seats[0] as Seat<C>);
  return {
    record: (text) => {
      const words = text.split(' ');
      const name = words[0];
      if (name === 'SESSION') current = seats[Number(words[1])] || null;
      else if (!current || name === 'AGAIN' || name === 'PING') each(seats, (on) => on.record(text));
      else if (isLeapRefused(text)) refused(current, text);
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
