/** An unreliable link: loses, repeats, re-orders and delays requests, cuts and swallows their answers, breaks sockets. */
import type { Random, Turns } from './memory-pair.ts';

export interface Faults {
  /** The probability of each fault where it could happen. */
  rate: number;
  /** Faults in all; after them the link is good. */
  most: number;
  /** The most turns that anything is under way. */
  delay: number;
}

/** What a client hears of its request. Nobody tells it a cut from an end. */
export interface AnswerListener {
  text(text: string): void;
  over(): void;
}

/** Each end of a socket hears messages and, unless it is lost as well, the close. */
export interface SocketListener {
  message(message: string | Uint8Array): void;
  close(): void;
}

export interface SocketEnd {
  send(message: string | Uint8Array): void;
  close(): void;
}

export class Link {
  readonly turns: Turns;
  readonly #random: Random;
  readonly #faults: Faults;
  #left: number;

  constructor(turns: Turns, random: Random, faults: Faults) {
    this.turns = turns;
    this.#random = random;
    this.#faults = faults;
    this.#left = faults.most;
  }

  /**
   * Carries a request to the server, up to three times, or not at all.
   * @returns what to call when the client no longer waits
   */
  request(serve: (answer: Answer) => void, client: AnswerListener): () => void {
    const copies = this.fault() ? 2 + this.#random.below(2) : 1;
    const heard = this.#random.below(copies);
    const pipes: Pipe[] = [];
    for (let copy = 0; copy < copies; copy += 1) {
      const pipe = new Pipe(this, copy === heard ? client : null);
      pipes.push(pipe);
      if (copy === heard && this.fault()) pipe.cut();
      else this.later(() => serve(new Answer(this, pipe)), this.fault() ? 40 : 0);
    }
    return () => {
      for (const pipe of pipes) pipe.leave();
    };
  }

  /** Opens a socket, or breaks it at once. The first message is part of `serve`. */
  open(serve: (end: SocketEnd) => SocketListener, client: SocketListener): SocketEnd {
    const down = new Messages(this, client);
    const up = new Messages(this, null);
    const close = (): void => {
      down.close();
      up.close();
    };
    const breaks = this.fault() ? this.#random.below(12) : Infinity;
    let count = 0;
    const through = (messages: Messages) => (message: string | Uint8Array) => {
      count += 1;
      if (count > breaks) close();
      else messages.send(message);
    };
    this.later(() => {
      if (!up.closed) up.listener = serve({ send: through(down), close });
    });
    return { send: through(up), close };
  }

  /** Whether a fault happens here and now. */
  fault(): boolean {
    if (this.#left === 0 || !this.#random.chance(this.#faults.rate)) return false;
    this.#left -= 1;
    return true;
  }

  below(bound: number): number {
    return this.#random.below(bound);
  }

  later(act: () => void, least = 0): () => void {
    return this.turns.in(least + this.#random.below(this.#faults.delay + 1), act);
  }
}

/** Keeps acts in order however long each takes. */
class InOrder {
  readonly #link: Link;
  #last = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  later(act: () => void): void {
    const { turns } = this.#link;
    this.#last = Math.max(this.#last, turns.now + this.#link.below(4));
    turns.in(this.#last - turns.now, act);
  }
}

/** The way of an answer's text back to the client; nobody listens to the answer of a repeat. */
class Pipe {
  readonly #link: Link;
  readonly #order: InOrder;
  #client: AnswerListener | null;
  #gone: (() => void) | null = null;
  /** Characters until it breaks: in the middle of a record as well as between two. */
  #left: number;
  /** A proxy that hands nothing on before the end. */
  readonly #holdsBack: boolean;
  #held = '';
  #over = false;

  constructor(link: Link, client: AnswerListener | null) {
    this.#link = link;
    this.#order = new InOrder(link);
    this.#client = client;
    this.#left = link.fault() ? link.below(120) : Infinity;
    this.#holdsBack = link.fault();
    if (client === null && link.below(2) === 0) link.later(() => this.#gone?.());
  }

  whenGone(gone: () => void): void {
    this.#gone = gone;
  }

  send(text: string): void {
    if (this.#holdsBack) this.#held += text;
    else this.#pass(text);
  }

  finish(): void {
    this.#pass(this.#held);
    if (this.#over) return;
    this.#over = true;
    this.#order.later(() => this.#tell((client) => client.over()));
  }

  /** The connection breaks: either side learns of it, or not. */
  cut(): void {
    this.#over = true;
    if (this.#link.below(3) > 0) this.#order.later(() => this.#tell((client) => client.over()));
    if (this.#link.below(3) > 0) this.#link.later(() => this.#gone?.());
  }

  /** The client waits no longer; a proxy may hide it from the server. */
  leave(): void {
    this.#client = null;
    if (this.#link.below(3) > 0) this.#link.later(() => this.#gone?.());
  }

  #pass(text: string): void {
    if (this.#over) return;
    const passed = text.slice(0, this.#left);
    if (passed !== '') this.#order.later(() => this.#tell((client) => client.text(passed)));
    this.#left -= passed.length;
    if (this.#left === 0) this.cut();
  }

  #tell(say: (client: AnswerListener) => void): void {
    if (this.#client) say(this.#client);
  }
}

/** The server's side of an answer: lines, backpressure, and the news that nobody reads it. */
export class Answer {
  gone = false;
  blocked = false;
  /** How much of the request's body has come: 1 is all of it. */
  readonly bodyPart: number;
  onDrain: (() => void) | null = null;
  onGone: (() => void) | null = null;
  readonly #link: Link;
  readonly #pipe: Pipe;

  constructor(link: Link, pipe: Pipe) {
    this.#link = link;
    this.#pipe = pipe;
    this.bodyPart = link.fault() ? link.below(100) / 100 : 1;
    if (this.bodyPart < 1) pipe.cut();
    pipe.whenGone(() => {
      this.gone = true;
      this.onGone?.();
    });
  }

  /** Whatever it is, a character a byte. */
  text(text: string): void {
    this.#pipe.send(text);
  }

  line(record: string): void {
    this.text(`${record}\n`);
    if (this.blocked || this.#link.below(4) > 0) return;
    this.blocked = true;
    this.#link.later(() => {
      this.blocked = false;
      this.onDrain?.();
    });
  }

  finish(): void {
    this.#pipe.finish();
  }
}

/** One direction of a socket. */
class Messages {
  listener: SocketListener | null;
  closed = false;
  readonly #link: Link;
  readonly #order: InOrder;

  constructor(link: Link, listener: SocketListener | null) {
    this.#link = link;
    this.#order = new InOrder(link);
    this.listener = listener;
  }

  send(message: string | Uint8Array): void {
    if (!this.closed) this.#order.later(() => this.listener?.message(message));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.#link.below(3) > 0) this.#order.later(() => this.listener?.close());
  }
}
