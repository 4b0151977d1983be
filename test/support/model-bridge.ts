/** The verbs of a bridge as thin functions over a session, in the order of checks of PROTOCOL 3, with turns for time. */
import { asNetwineError } from '../../server/core/errors.ts';
import type { SessionReader as Reader, Session } from '../../server/core/session.ts';
import type { Answer, SocketEnd, SocketListener } from './link.ts';
import type { Turns } from './memory-pair.ts';
import type { ModelServer, ReceiveAsk } from './model-client.ts';
import { Feed } from './model-feed.ts';
import type { SendAsk } from './model-writer.ts';

const TURNS = { pollHold: 60, sendWait: 100, ping: 25, quiet: 300 };
const MOST_WAITING = 4;

/** The rules that a control run breaks, one at a time. */
export interface Rules {
  trimsRepeats: boolean;
  acknowledgesWhatWasSaid: boolean;
  attachesWhereAsked: boolean;
}
export const theRules: Rules = { trimsRepeats: true, acknowledgesWhatWasSaid: true, attachesWhereAsked: true };

interface Hold {
  ask: ReceiveAsk;
  answer: Answer;
  holdTurns: number;
  /** Ends an answer when there is room to write. */
  room?: () => string | null;
}

/** The verbs over a session, with turns for time, in the order of checks of PROTOCOL 3. */
export class Bridge implements ModelServer {
  readonly #session: Session;
  readonly #turns: Turns;
  readonly #rules: Rules;

  constructor(session: Session, turns: Turns, rules: Rules) {
    this.#session = session;
    this.#turns = turns;
    this.#rules = rules;
  }

  receive(ask: ReceiveAsk, answer: Answer): void {
    this.#session.touch();
    this.#hold({ ask, answer, holdTurns: ask.mode === 'poll' ? TURNS.pollHold : TURNS.quiet });
  }

  send(ask: SendAsk, answer: Answer): void {
    this.#session.touch();
    this.#act(ask, answer, (record) => {
      answer.line(record);
      answer.finish();
    });
  }

  exchange(ask: ReceiveAsk & SendAsk, answer: Answer): void {
    this.#session.touch();
    this.#act(ask, null, (record) => {
      answer.line(record);
      if (!record.startsWith('OK ')) return answer.finish();
      const { up } = this.#session;
      const carried = ask.payload.length > 0 || (ask.end !== undefined && !up.ended);
      const full = up.room === 0 && !this.#session.code;
      const room = full ? () => (up.room > 0 ? `ACK ${up.next} ${up.room}` : null) : () => null;
      this.#hold({ ask, answer, holdTurns: carried ? 0 : TURNS.pollHold, room });
    });
  }

  /** Judges, then `ack`, then `end`, then the payload; with an answer it waits for room, within limits. */
  #act(ask: SendAsk, waiter: Answer | null, reply: (record: string) => void): void {
    const session = this.#session;
    const { up } = session;
    const at = ask.at ?? up.next;
    const payload = waiter ? ask.payload.subarray(0, Math.floor(ask.payload.length * waiter.bodyPart)) : ask.payload;
    const whole = payload.length === ask.payload.length;
    try {
      if (ask.ack !== undefined) session.checkAck(ask.ack);
      if (session.code) return reply(this.#late(ask, at));
      up.checkWrite(at, ask.payload.length);
      if (ask.end !== undefined) up.checkEnd(ask.end);
      if (at > up.next && at + ask.payload.length > up.next + up.room) throw up.offsetFailure();
    } catch (error) {
      return reply(asNetwineError(error).record);
    }
    // A body that begins beyond the next byte takes effect as a whole or not at all.
    if (at > up.next && !whole) return;
    if (ask.ack !== undefined) session.ack(this.#rules.acknowledgesWhatWasSaid ? ask.ack : session.sent);
    if (ask.end !== undefined) session.end(ask.end);
    if (at > up.next) {
      if (!up.keepAhead(at, payload)) throw new Error('judged to have room, and then had none');
      return reply(this.#line());
    }
    const probe = ask.payload.length === 0 && ask.ack === undefined && ask.end === undefined;
    this.#take({ at, payload, probe, waiter }, () =>
      reply(session.code && !up.ended ? `${session.finalRecord}` : this.#line()),
    );
  }

  #take(ask: { at: number; payload: Uint8Array; probe: boolean; waiter: Answer | null }, done: () => void): void {
    const { up } = this.#session;
    let { at, payload } = ask;
    const step = (): boolean => {
      const taken = up.accept(this.#rules.trimsRepeats ? at : up.next, payload);
      at += taken;
      payload = payload.subarray(taken);
      const satisfied = payload.length === 0 && (!ask.probe || up.room > 0);
      return satisfied || this.#session.code !== null || ask.waiter?.gone === true;
    };
    if (step() || !ask.waiter || this.#session.waiting >= MOST_WAITING) return done();
    const finish = (): void => {
      expired();
      stop();
      done();
    };
    const stop = this.#session.onRoom(() => {
      if (step()) finish();
    });
    const expired = this.#turns.in(TURNS.sendWait, () => {
      if (up.room > 0) throw new Error('a writer waits although there is room');
      finish();
    });
  }

  #late(ask: SendAsk, at: number): string {
    const { up, finalRecord } = this.#session;
    if (ask.ack !== undefined) this.#session.ack(ask.ack);
    const within = at + ask.payload.length <= up.next && (ask.end ?? 0) <= up.next;
    return within ? this.#line() : `${finalRecord}`;
  }

  #line(): string {
    const { up, sent, code } = this.#session;
    return `OK ${up.next} ${up.room} ${sent}${up.ended || code ? ' END' : ''}`;
  }

  #attach(ask: ReceiveAsk): Reader | string {
    try {
      const from = this.#rules.attachesWhereAsked ? ask.from : undefined;
      const reader = this.#session.attach({ from, reader: ask.reader });
      return typeof reader === 'number' ? `MOVED ${reader}` : reader;
    } catch (error) {
      return asNetwineError(error).record;
    }
  }

  #hold({ ask, answer, holdTurns, room = () => null }: Hold): void {
    const reader = this.#attach(ask);
    if (typeof reader === 'string') {
      answer.line(reader);
      return answer.finish();
    }
    answer.line(`AT ${ask.from} ${reader.number}`);
    const say = (record: string): void => answer.line(record);
    const feed = new Feed(reader, {
      seen: ask.ended,
      most: ask.mode === 'stream' ? ask.rotate : 64,
      say,
      data: (bytes) => say(`DATA ${Buffer.from(bytes).toString('base64')}`),
    });
    const stop = (record: string | null): void => {
      if (feed.over) return;
      feed.stop();
      expired();
      if (record) answer.line(record);
      answer.finish();
    };
    const run = (): void => {
      if (feed.over || answer.blocked) return;
      const last = feed.run(() => answer.blocked);
      if (last) return stop(last);
      const grown = room();
      if (grown) answer.line(grown);
      if (grown || (ask.mode === 'poll' && feed.said)) stop('AGAIN');
    };
    const expired = this.#turns.in(holdTurns, () => {
      feed.checkAwake(answer.blocked);
      stop('AGAIN');
    });
    reader.onChange(run);
    answer.onDrain = run;
    answer.onGone = () => stop(null);
    if (ask.mode === 'stream') this.#ping(feed, { answer, stop });
    run();
  }

  /** Says PING in silence, and AGAIN to a client that no longer acknowledges. */
  #ping(feed: Feed, { answer, stop }: { answer: Answer; stop: (record: string) => void }): void {
    this.#turns.in(TURNS.ping, () => {
      if (feed.over) return;
      feed.checkAwake(answer.blocked);
      if (feed.reader.exhausted) return stop('AGAIN');
      answer.line('PING');
      answer.line('~~~~');
      answer.line('');
      this.#ping(feed, { answer, stop });
    });
  }

  socket(ask: ReceiveAsk, end: SocketEnd): SocketListener {
    const session = this.#session;
    const { up } = session;
    session.touch();
    const reader = this.#attach(ask);
    if (typeof reader === 'string') {
      end.send(reader);
      end.close();
      return { message: () => {}, close: () => {} };
    }
    let at = up.next;
    let told = `${up.next} ${up.room}`;
    end.send(`OK key ${ask.from} ${told}`);
    const feed = new Feed(reader, {
      seen: ask.ended,
      most: Infinity,
      say: (record) => end.send(record),
      data: (bytes) => end.send(Buffer.from(bytes)),
    });
    const run = (): void => {
      if (feed.over) return;
      const line = `${up.next} ${up.room}${up.ended ? ' END' : ''}`;
      if (line !== told && !session.code) end.send(`ACK ${line}`);
      told = line;
      const last = feed.run(() => false);
      if (!last) return;
      end.send(last);
      close();
    };
    const close = (): void => {
      feed.stop();
      end.close();
    };
    reader.onChange(run);
    run();
    return {
      message: (message) => {
        if (feed.over || reader.moved !== null || session.code) return;
        session.touch();
        if (typeof message !== 'string') {
          if (up.accept(at, message) < message.length) throw new Error('the client sent past its window');
          at += message.length;
        } else if (message === 'END') session.end(at);
        else session.ack(Number(message.split(' ')[1]));
        run();
      },
      close,
    };
  }
}
