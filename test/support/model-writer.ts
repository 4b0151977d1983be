/** The up half of the model client: repeats what was not answered, keeps to the window, and says its end until it is taken. */
import type { Answer, Link, SocketEnd } from './link.ts';
import type { Random } from './memory-pair.ts';

export interface SendAsk {
  at?: number;
  ack?: number;
  end?: number;
  payload: Uint8Array;
}

export interface Segment {
  from: number;
  to: number;
}

export interface WriterOptions {
  link: Link;
  random: Random;
  /** What it writes before it ends. */
  up: Uint8Array;
  upWindowBytes: number;
  send(ask: SendAsk, answer: Answer): void;
}

/** Turns without a word after which an answer counts as dead: longer than any hold. */
export const DEAD_TURNS = 400;
const MOST_SENDS = 3;
const NOTHING = new Uint8Array(0);

export class ModelWriter {
  /** All before it the bridge has. */
  next = 0;
  /** The bridge knows the end, or wants no more. */
  done = false;
  /** The down offset that was acknowledged last. */
  acked = 0;
  readonly #options: WriterOptions;
  #limit: number;
  #underWay: Segment[] = [];
  /** Answered, but beyond a gap: not sent again before the gap's own answer is in. */
  #kept: Segment[] = [];
  #socket: { end: SocketEnd; at: number; limit: number; ended: boolean } | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#limit = options.upWindowBytes;
  }

  /** Sends what may be sent; where nothing may, asks for room, or says the end. */
  write(): void {
    const { random, up } = this.#options;
    if (this.#socket || this.done) return;
    for (;;) {
      const segment = this.claim();
      if (!segment) break;
      this.#send(this.ask(segment), segment);
    }
    if (this.#underWay.length > 0) return;
    const nothing = { from: this.next, to: this.next };
    this.#underWay.push(nothing);
    if (this.next < up.length && random.chance(0.9)) this.#send({ at: this.next, payload: NOTHING }, nothing);
    else this.#send({ end: up.length, payload: NOTHING }, nothing);
  }

  /** The lowest bytes that nothing under way carries, as far as the window allows; from now on under way. */
  claim(): Segment | null {
    const { random, up } = this.#options;
    if (this.#underWay.length >= MOST_SENDS || this.done) return null;
    let from = this.next;
    let to = Math.min(this.#limit, up.length);
    for (const taken of [...this.#underWay, ...this.#kept].sort((a, b) => a.from - b.from)) {
      if (taken.from > from) to = Math.min(to, taken.from);
      else from = Math.max(from, taken.to);
    }
    if (from >= to) return null;
    const segment = { from, to: from + 1 + random.below(to - from) };
    this.#underWay.push(segment);
    return segment;
  }

  /** The send of a segment, or an empty one, with whatever else it may carry. */
  ask(segment: Segment | null): SendAsk {
    const { random, up } = this.#options;
    const { from, to } = segment ?? { from: this.next, to: this.next };
    const ask: SendAsk = { at: from, payload: up.subarray(from, to) };
    if (to === up.length && random.chance(0.5)) ask.end = up.length;
    if (random.chance(0.3)) ask.ack = this.acked;
    return ask;
  }

  acknowledge(offset: number): void {
    this.acked = offset;
    if (this.#socket) this.#socket.end.send(`ACK ${offset}`);
    else this.#send({ ack: offset, payload: NOTHING }, null);
  }

  /**
   * Hears the line that a segment was answered with, null where there was none; it is free then, for good or to be sent
   * again. Only the first answer counts.
   */
  answered(segment: Segment | null, line: string | null): void {
    if (line?.startsWith('NO ')) throw new Error(`refused: ${line}`);
    if (line?.startsWith('ERR ')) this.done = true;
    const [name, next = '0', window = '0', , end] = line?.split(' ') ?? [];
    if (name === 'OK') this.#confirm(Number(next), Number(window), end === 'END');
    const index = segment ? this.#underWay.indexOf(segment) : -1;
    if (!segment || index < 0) return;
    this.#underWay.splice(index, 1);
    if (name === 'OK' && segment.from > this.next) this.#kept.push(segment);
    if (this.#underWay.length === 0) this.#kept = [];
    this.#options.link.later(() => this.write());
  }

  /** Goes on by a socket, from the offset that its OK named. */
  useSocket(end: SocketEnd, next: number, window: number): void {
    this.#confirm(next, window, false);
    this.#socket = { end, at: next, limit: next + window, ended: false };
    this.#writeSocket();
  }

  /** The ACK of a socket. */
  socketTook(next: number, window: number, end: boolean): void {
    this.#confirm(next, window, end);
    if (this.#socket) this.#socket.limit = Math.max(this.#socket.limit, next + window);
    this.#writeSocket();
  }

  /** The socket is gone: what it did not confirm is sent again. */
  dropSocket(): void {
    if (!this.#socket) return;
    this.#socket = null;
    this.#options.link.later(() => this.write());
  }

  #send(ask: SendAsk, segment: Segment | null): void {
    const { link, send } = this.#options;
    const hear = (line: string | null): void => {
      dead();
      this.answered(segment, line);
    };
    const leave = link.request((answer) => send(ask, answer), lines({ line: hear, over: () => hear(null) }));
    const dead = link.turns.in(DEAD_TURNS, () => {
      leave();
      hear(null);
    });
  }

  #confirm(next: number, window: number, end: boolean): void {
    if (next > this.#options.up.length) throw new Error(`more was taken than there is: ${next}`);
    this.next = Math.max(this.next, next);
    this.#limit = Math.max(this.#limit, next + window);
    if (end) this.done = true;
  }

  #writeSocket(): void {
    const { random, up } = this.#options;
    const socket = this.#socket;
    if (!socket) return;
    const most = Math.min(socket.limit, up.length);
    while (socket.at < most) {
      const to = socket.at + 1 + random.below(most - socket.at);
      socket.end.send(up.subarray(socket.at, to));
      socket.at = to;
    }
    if (socket.at < up.length || socket.ended) return;
    socket.ended = true;
    socket.end.send('END');
  }
}

/** Cuts text into lines; an unfinished last one is dropped with the answer, empty lines and padding are skipped. */
export const lines = (to: { line(line: string): void; over(): void }): { text(text: string): void; over(): void } => {
  let rest = '';
  return {
    text(text) {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) if (line !== '' && !line.startsWith('~')) to.line(line);
    },
    over: to.over,
  };
};
