/** The loop of one held answer with records: takes from its readers in turn, says what happens to them, and when to ask again. */
import type { SessionReader } from '../core/session.ts';
import { Deadlines } from './deadlines.ts';
import type { Encoding, Piece } from './encoding/index.ts';
import { Quiet } from './quiet.ts';

/** Where the pump writes: a response, of which it uses no more than this. */
export interface Sink {
  /** Sends pieces together. @returns false when no more should come before `resume` is called. */
  send(pieces: readonly Piece[]): boolean;
  /** Finishes the answer properly. */
  finish(): void;
}

/** One session of the answer; without a reader it has only the record that says why. */
export interface Seat {
  reader: SessionReader | null;
  /** What to say of this session first, if anything: AT, or why there is no reader. */
  greeting: string;
  /** The ticket for the next reader, for engines that ask by ticket. */
  ticket?: string;
}

export interface PumpOptions {
  encoding: Encoding;
  mode: 'stream' | 'poll';
  holdMs: number;
  pingMs: number;
  rotateBytes: number;
  /** The client has seen END: it is not said again and does not end a poll. */
  endSeen: boolean;
  /** An exchange at window 0: it ends when this is true, with the record. */
  room?: (() => string | null) | undefined;
  /** Called once, when the answer is over. */
  done: () => void;
}

/** A poll waits COALESCE for more bytes; a record PROOF after the start proves that nothing holds the answer back; EXHAUSTED is how long an answer waits for an acknowledgement once all that the window allows is sent. [PROTOCOL 3] */
const COALESCE_MS = 4;
const PROOF_MS = 400;
const EXHAUSTED_MS = 1000;
const POLL_BYTES = 64 * 1024;
const TAKE_BYTES = 64 * 1024;

type Moment = 'hold' | 'proof' | 'ping' | 'coalesced' | 'exhausted' | 'quiet';

export class Pump {
  readonly #seats: Seat[];
  readonly #several: boolean;
  readonly #options: PumpOptions;
  readonly #sink: Sink;
  readonly #deadlines = new Deadlines<Moment>((moment) => this.#due(moment));
  readonly #endTold = new Set<Seat>();
  readonly #left = new Set<Seat>();
  #current: Seat | null = null;
  #pieces: Piece[] = [];
  #bytes = 0;
  readonly #quiet = new Quiet({ [Symbol.iterator]: () => this.#reading() });
  #said = false;
  #blocked = false;
  #over = false;
  #running = false;

  constructor(sink: Sink, seats: Seat[], options: PumpOptions) {
    this.#sink = sink;
    this.#seats = seats;
    this.#several = seats.length > 1;
    this.#options = options;
  }

  /** Begins; until `stop` or the end of the answer the pump wakes by itself. */
  start(): void {
    const now = performance.now();
    for (const seat of this.#seats) {
      this.#say(seat, seat.greeting);
      if (seat.ticket !== undefined) this.#say(seat, `TICKET ${seat.ticket}`);
      if (seat.reader) seat.reader.onChange(() => this.run());
      else this.#leave(seat);
    }
    const { mode, holdMs, pingMs } = this.#options;
    if (mode === 'poll') this.#deadlines.set('hold', now + holdMs);
    else {
      this.#deadlines.set('proof', now + Math.min(PROOF_MS, pingMs));
      this.#watchSigns(now);
    }
    this.run();
    // What was there already needs no coalescing.
    if (mode === 'poll' && this.#said) this.#finish(true);
  }

  /** The response takes bytes again. */
  resume(): void {
    this.#blocked = false;
    for (const { reader } of this.#seats) if (reader) reader.blocked = false;
    this.run();
  }

  /** The response is gone: nothing more is written. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadlines.stop();
    for (const { reader } of this.#seats) reader?.detach();
    this.#options.done();
  }

  /** Writes all that can be written now. */
  run(): void {
    if (this.#over || this.#blocked || this.#running) return;
    this.#running = true;
    while (!this.#over && !this.#blocked && this.#round()) this.#flush();
    this.#running = false;
    if (this.#over) return;
    this.#flush();
    this.#decide();
  }

  /** Gives each session one turn. @returns whether anything was taken */
  #round(): boolean {
    let took = false;
    for (const seat of this.#seats) {
      if (this.#left.has(seat) || !seat.reader || this.#spent) continue;
      took = this.#turn(seat, seat.reader) || took;
    }
    return took;
  }

  #turn(seat: Seat, reader: SessionReader): boolean {
    if (reader.moved !== null) {
      this.#say(seat, `MOVED ${reader.moved}`);
      this.#leave(seat);
      return false;
    }
    const from = reader.position;
    const chunk = reader.take(Math.min(TAKE_BYTES, this.#budget - this.#bytes));
    if (chunk) {
      this.#address(seat);
      this.#pieces.push(...this.#options.encoding.data(chunk, from));
      this.#bytes += chunk.length;
      this.#said = true;
      // More than before was allowed: an acknowledgement has come.
      this.#deadlines.clear('exhausted');
    }
    if (reader.ended && !this.#options.endSeen && !this.#endTold.has(seat)) {
      this.#endTold.add(seat);
      this.#say(seat, 'END');
      this.#said = true;
    }
    const final = reader.over ? reader.session.finalRecord : null;
    if (final) {
      this.#say(seat, final);
      this.#leave(seat);
    }
    return chunk !== null;
  }

  /** Ends the answer, or says what it waits for. */
  #decide(): void {
    const { mode, room } = this.#options;
    if (this.#left.size === this.#seats.length) return this.#finish(this.#several);
    if (this.#blocked) return;
    if (this.#spent) return this.#finish(true);
    const grown = room?.();
    if (grown) {
      this.#say(this.#seats[0] as Seat, grown);
      return this.#finish(true);
    }
    const now = performance.now();
    if (mode === 'poll') {
      if (this.#said) this.#deadlines.setOnce('coalesced', now + Math.min(COALESCE_MS, this.#options.holdMs));
      return;
    }
    if (this.#seats.some(({ reader }) => reader?.exhausted)) this.#deadlines.setOnce('exhausted', now + EXHAUSTED_MS);
    else this.#deadlines.clear('exhausted');
  }

  #due(moment: Moment): void {
    if (this.#over) return;
    if (moment === 'ping' || moment === 'proof') {
      // Put off, and not for long: until it is said a client that waits for its proof takes this way for one that holds back.
      if (this.#blocked)
        return this.#deadlines.set(moment, performance.now() + Math.min(PROOF_MS, this.#options.pingMs));
      this.#say(null, 'PING');
      this.#flush();
    } else if (moment === 'quiet') {
      this.#watchSigns(performance.now());
    } else if (moment !== 'exhausted' || this.#seats.some(({ reader }) => reader?.exhausted)) this.#finish(true);
  }

  #watchSigns(now: number): void {
    if (this.#quiet.look(now)) return this.#finish(true);
    const { stepMs } = this.#quiet;
    if (stepMs < Infinity) this.#deadlines.set('quiet', now + stepMs);
  }

  #finish(again: boolean): void {
    if (this.#over) return;
    if (again) this.#say(null, 'AGAIN');
    this.#flush();
    this.#sink.finish();
    this.stop();
  }

  #leave(seat: Seat): void {
    this.#left.add(seat);
    this.#said = true;
    seat.reader?.detach();
  }

  /** One record, of a session or of the answer. */
  #say(seat: Seat | null, text: string): void {
    if (seat) this.#address(seat);
    // What speaks of the whole answer has an offset only where there is one session.
    const offset = (seat ?? (this.#several ? null : this.#seats[0]))?.reader?.position;
    this.#pieces.push(this.#options.encoding.record(text, offset));
  }

  #address(seat: Seat): void {
    if (!this.#several || this.#current === seat) return;
    this.#current = seat;
    this.#pieces.push(this.#options.encoding.record(`SESSION ${this.#seats.indexOf(seat)}`));
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    if (this.#options.mode === 'stream') this.#deadlines.set('ping', performance.now() + this.#options.pingMs);
    if (this.#sink.send(pieces)) return;
    this.#blocked = true;
    for (const { reader } of this.#seats) if (reader) reader.blocked = true;
  }

  get #budget(): number {
    return this.#options.mode === 'poll' ? POLL_BYTES : this.#options.rotateBytes;
  }

  get #spent(): boolean {
    return this.#bytes >= this.#budget;
  }

  /** The readers of the sessions that have not left. */
  *#reading(): Generator<SessionReader> {
    for (const seat of this.#seats) if (seat.reader && !this.#left.has(seat)) yield seat.reader;
  }
}
