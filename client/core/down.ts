/** The way down: asks for the session by offset, one answer after the other, and moves to a better way. [PROTOCOL 3] */
import { type Attempt, isProven, startAttempt } from './attempt.ts';
import { isRetryable, mix, parseInfo, textFrom } from './record.ts';
import type { Down, Session, SessionOptions } from './session-types.ts';
import type { Question, Receiver } from './types.ts';
import { backoffMs, watchSilence } from './watch.ts';

/** Without a key it is given up: the bridge remembers a nonce for as long. */
const CONNECT_MS = 60_000;
/** Where the bridge has sent bytes that do not come for so long, something holds them back. */
const OVERDUE_MS = 2000;
/** An answer that was over sooner, and brought nothing, is not asked for again at once. */
const HASTY_MS = 100;
/** So many of them are a verdict. */
const MOST_CUTS = 3;
/** No bridge has a smaller window. */
const LEAST_WINDOW_BYTES = 4096;
/** A program that takes nothing keeps its session by a sign of life, so many in the time that the bridge keeps it. */
const SIGNS = 4;

export const createDown = <C>(options: SessionOptions<C>, session: Session<C>): Down => {
  const { bytes, clock, choice, on } = options;
  const saved = options.saved && options.saved.down;
  const begun = { key: null, nonce: options.makeNonce(), reader: 0, received: 0, ended: false, info: {} };
  const down = (saved || begun) as Down;
  const held = options.held || (() => 0);
  let current: Attempt<C> | null = null;
  let trial: Attempt<C> | null = null;
  /** By name: answers in a row that broke without a byte. Of this session alone, for an outage is one for all of a page. */
  const cuts: { [name: string]: number } = {};
  let begunAt = 0;
  /** To ask would acknowledge what the program has not taken, so it waits. */
  let waits = false;
  let cancelSign = (): void => {};

  const isOver = (): boolean => session.state === 'over';
  const start = (receiver: Receiver<C>): Attempt<C> => startAttempt(receiver, { clock, down, ask, record, data, over });
  const next = (): void => {
    if (current || isOver()) return;
    waits = down.key !== null && held() > 0;
    if (waits) giveSigns();
    // A failure may be that of the network: from the second one on the surest way looks when it is back.
    else current = start(down.key === null || down.failures > 1 ? choice.first() : choice.next());
  };
  const again = (): void => {
    if (current) current.stop();
    current = null;
    next();
  };
  /** A socket is tried beside what runs, and takes over when it is open. */
  const tryBetter = (): void => {
    if (trial || isOver() || (current && current.receiver.kind === 'socket')) return;
    const socket = held() > 0 ? null : choice.trial();
    if (socket) trial = start(socket);
  };

  /** The question of an attempt, at the moment when it goes out: from now on no older answer counts. */
  const ask = (attempt: Attempt<C>): Question<C> => {
    const { name, kind } = attempt.receiver;
    const { key, received } = down;
    if (current && current !== attempt) current.stop();
    if (trial === attempt) trial = null;
    current = attempt;
    waits = false;
    down.receiver = name;
    attempt.from = received;
    attempt.askedAt = clock.now();
    // A connect is reader 0.
    down.reader = attempt.reader = key === null ? 0 : options.nextReader();
    on.save();
    down.acknowledged = received;
    if (key === null) {
      return { verb: options.verb, parameters: mix({ nonce: down.nonce }, options.connect), payload: null };
    }
    const up = kind === 'exchange' ? session.up.carry() : null;
    const parameters = {
      key,
      from: received,
      reader: down.reader,
      ended: down.ended ? 1 : undefined,
      // A page that goes on, or looks again, is told at once whether it may, though nothing comes.
      hold: (saved && !session.opened) || down.failures > 1 ? 0 : undefined,
    };
    if (!up) return { verb: 'receive', parameters, payload: null };
    return { verb: 'exchange', parameters: mix(parameters, up.parameters), payload: up.payload };
  };

  const over = (attempt: Attempt<C>, silent: boolean): void => {
    const { receiver, brought, complete } = attempt;
    const isSocket = receiver.kind === 'socket';
    if (isProven(attempt, clock) || (isSocket && brought)) {
      cuts[receiver.name] = 0;
      choice.works(receiver);
    } else if (silent && (isSocket ? !attempt.attached : receiver.kind === 'stream')) choice.fails(receiver);
    else if (!brought && !complete) {
      cuts[receiver.name] = (cuts[receiver.name] || 0) + 1;
      if ((cuts[receiver.name] as number) >= MOST_CUTS) choice.cut(receiver);
    }
    if (attempt === trial) trial = null;
    if (attempt !== current) return;
    current = null;
    if (complete && (brought || clock.now() - attempt.askedAt > HASTY_MS)) {
      down.failures = 0;
      return next();
    }
    down.failures = brought ? 1 : down.failures + 1;
    if (down.key === null && clock.now() - begunAt > CONNECT_MS) {
      session.finish({ code: 'NO_ANSWER', text: 'the bridge does not answer' });
    } else if (!complete) {
      session.up.link(null);
      session.become(down.key === null ? 'connecting' : 'lost');
    }
    clock.setTimer(next, backoffMs(clock, down.failures));
  };
  /** No bridge would say this. */
  const refuse = (attempt: Attempt<C>): void => {
    attempt.stop();
    over(attempt, false);
  };

  /** @param from where the answer begins @param up where the up stream stands, and its room; on sockets */
  const attach = (attempt: Attempt<C>, ours: boolean, next?: number, window?: number): void => {
    if (!ours) return refuse(attempt);
    // A post's answer was faster than the socket's, and its bytes are not kept: this socket cannot go on from there.
    if ((next as number) < session.up.taken) return again();
    attempt.attached = true;
    down.failures = 0;
    session.up.link(attempt.receiver.kind === 'socket' ? attempt.link : null, next, window);
    session.become('open');
    tryBetter();
  };
  const record = (attempt: Attempt<C>, text: string): void => {
    const words = text.split(' ');
    const name = words[0] as string;
    const first = words[1] as string;
    const one = Number(first);
    const two = Number(words[2]);
    if (/^(OK|NO)$/.test(name) && attempt.receiver.kind === 'exchange' && down.key !== null && !attempt.answered) {
      const { taken } = session.up;
      attempt.answered = true;
      session.up.understand(text);
      attempt.brought = session.up.taken > taken;
    } else if (name === 'OK') {
      // A socket's also says where down goes on, and where up stands.
      if (words[2] && two !== attempt.from) return refuse(attempt);
      attempt.brought = down.key === null;
      down.key = first;
      if (words[2]) attach(attempt, true, Number(words[3]), Number(words[4]));
    } else if (name === 'INFO') down.info = parseInfo(words);
    else if (name === 'AT') attach(attempt, one === attempt.from && two === attempt.reader);
    else if (name === 'PING') attempt.pingAt = attempt.pingAt || clock.now();
    else if (name === 'ACK') {
      attempt.brought = true;
      session.up.heard(one, two, words[3] === 'END');
    } else if (name === 'END' && !down.ended) {
      down.ended = true;
      on.end();
      on.change();
    } else if (name === 'AGAIN') attempt.complete = true;
    else if (name === 'MOVED' && down.key === null) {
      // Somebody used the key that we never got: begin anew.
      if (one > 0) down.nonce = options.makeNonce();
    } else if (name === 'MOVED' && one > down.reader) {
      // Else a repeat of our own request was faster than we are: the next number is ours.
      session.finish({ code: 'MOVED', text: 'another page goes on with this session' });
    } else if (name === 'NO' && (down.key === null || !isRetryable(first))) {
      session.finish({ code: first, text: textFrom(words, 2) });
    } else if (name === 'ERR') {
      // The send part of an exchange is refused before the last bytes: those can still be read.
      if (!attempt.attached && two > down.received) {
        attempt.complete = true;
        session.up.stop();
      } else session.finish({ code: first, down: two, up: Number(words[3]), text: textFrom(words, 4) });
    }
  };
  const data = (attempt: Attempt<C>, chunk: C): void => {
    if (!attempt.attached) return refuse(attempt);
    attempt.brought = true;
    down.received += bytes.size(chunk);
    on.data(chunk);
    on.change();
    acknowledge();
  };

  /** Tells the bridge what the program has taken, where it is due; a poll does so by the next question, and soon. */
  const acknowledge = (): void => {
    const taken = down.received - held();
    if (!current || taken - down.acknowledged < Number(down.info.window || LEAST_WINDOW_BYTES) / 4) return;
    const { say } = current.link;
    if (say) {
      on.save();
      down.acknowledged = taken;
      say(`ACK ${taken}`);
    } else if (current.receiver.kind === 'stream') session.up.acknowledge(taken);
  };
  const giveSigns = (): void => {
    // At once, for with it goes what was left to an exchange.
    session.up.acknowledge(down.acknowledged);
    cancelSign();
    cancelSign = clock.setTimer(
      () => {
        if (waits) giveSigns();
      },
      Number(down.info.keep || 10) * (1000 / SIGNS),
    );
  };

  down.acknowledged = down.received;
  down.failures = 0;
  down.receiver = '';
  down.start = () => {
    begunAt = clock.now();
    next();
  };
  down.stop = () => {
    if (current) current.stop();
    if (trial) trial.stop();
    current = trial = null;
    cancelSign();
  };
  down.expect = (tail) => {
    const attempt = current;
    const { received } = down;
    if (!attempt || attempt.receiver.kind !== 'stream' || !(tail > received)) return;
    // In awake time, as all silence.
    watchSilence(
      clock,
      () => OVERDUE_MS,
      () => {
        if (attempt !== current || down.received > received) return;
        if (!isProven(attempt, clock)) choice.fails(attempt.receiver);
        again();
      },
    );
  };
  down.carries = (isUseful) => {
    // While none is asked for, what is written goes by itself.
    const carrying = !waits && (current ? current.receiver : choice.next()).kind === 'exchange';
    // What is answered goes on to bytes for us, and is over soon.
    if (carrying && isUseful && current && !current.answered) again();
    return carrying;
  };
  down.took = () => {
    if (waits && held() === 0) next();
    acknowledge();
  };
  return down;
};
