/** Two connected Duplexes in memory with the manners of a bad network, and the seeded chance and virtual time for it. */
import { Duplex } from 'node:stream';

/** A seeded generator of the xorshift kind: the same seed gives the same run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Zero is the one state that such a generator never leaves.
    this.#state = Math.imul(seed + 0x2545f491, 0x5851f42d) || 1;
    this.below(2);
  }

  /** A whole number from 0 up to, not including, the bound. */
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.floor(((x >>> 0) / 2 ** 32) * bound);
  }

  /** True with the probability given. */
  chance(probability: number): boolean {
    return this.below(2 ** 20) < probability * 2 ** 20;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Runs an act so many turns from now; the function returned takes it back. */
export interface Schedule {
  in(turns: number, act: () => void): () => void;
}

/** Turns of the event loop. */
const eventLoop: Schedule = {
  in(turns, act) {
    let next = setImmediate(function step(left: number) {
      if (left > 0) next = setImmediate(step, left - 1);
      else act();
    }, turns);
    return () => clearImmediate(next);
  },
};

interface Due {
  turn: number;
  act: (() => void) | null;
}

/** Virtual time: acts lie in the order of their turns, and the time between two of them takes none. */
export class Turns implements Schedule {
  now = 0;
  readonly #due: Due[] = [];

  in(turns: number, act: () => void): () => void {
    const due: Due = { turn: this.now + turns, act };
    let index = this.#due.length;
    while (index > 0 && (this.#due[index - 1] as Due).turn > due.turn) index -= 1;
    this.#due.splice(index, 0, due);
    return () => {
      due.act = null;
    };
  }

  /**
   * Runs until something is true, which is asked after each turn.
   * @throws Error where nothing is due any more, or after so many turns: something waits for ever.
   */
  async run(until: () => boolean, limit: number): Promise<void> {
    for (;;) {
      // Streams settle in ticks: one turn of the event loop takes them all.
      await new Promise((resolve) => setImmediate(resolve));
      if (until()) return;
      const first = this.#due[0];
      if (!first) throw new Error(`nothing is due after turn ${this.now}: something waits for ever`);
      if (first.turn > limit) throw new Error(`not over after ${limit} turns: something waits for ever`);
      this.now = first.turn;
      while (this.#due[0]?.turn === this.now) this.#due.shift()?.act?.();
    }
  }
}

export interface PairOptions {
  /** The most turns that a piece takes. */
  delay?: number;
  /** Cuts what is written into pieces, many of them of one byte. */
  fragment?: boolean;
  /** Both sides fail with ECONNRESET once so many bytes have passed, both ways together. */
  dropAfter?: number;
  seed?: number;
  schedule?: Schedule;
}

/** A pair with an error listener on each side from its first moment; hostile unless told otherwise. */
export const memoryPair = (options: PairOptions = {}): { near: Side; far: Side } => {
  const wire = new Wire(options);
  const near = new Side(wire);
  const far = new Side(wire);
  near.other = far;
  far.other = near;
  for (const side of [near, far]) side.on('error', () => {});
  return { near, far };
};

const connectionReset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** What both directions share: chance, time, and the number of bytes after which it breaks. */
class Wire {
  readonly #random: Random;
  readonly #schedule: Schedule;
  readonly #delay: number;
  readonly #fragment: boolean;
  #left: number;

  constructor({ delay = 3, fragment = true, dropAfter = Infinity, seed = 1, schedule = eventLoop }: PairOptions) {
    this.#random = new Random(seed);
    this.#schedule = schedule;
    this.#delay = delay;
    this.#fragment = fragment;
    this.#left = dropAfter;
  }

  later(act: () => void): void {
    this.#schedule.in(this.#random.below(this.#delay + 1), act);
  }

  pieceOf(length: number): number {
    if (!this.#fragment || length <= 1) return length;
    const most = [1, 16, length][this.#random.below(3)] as number;
    return 1 + this.#random.below(Math.min(most, length));
  }

  /** Counts bytes that pass. @returns how many of them do, before it breaks */
  pass(length: number): number {
    const passed = Math.min(length, this.#left);
    this.#left -= passed;
    return passed;
  }

  get broken(): boolean {
    return this.#left === 0;
  }
}

/** One side of a pair, with `resetAndDestroy` as a socket has it. */
export class Side extends Duplex {
  other: Side | null = null;
  readonly #wire: Wire;
  #hungry: (() => void) | null = null;
  #sawEnd = false;
  #resets = false;

  constructor(wire: Wire) {
    super({ allowHalfOpen: true, readableHighWaterMark: 16, writableHighWaterMark: 16 });
    this.#wire = wire;
  }

  resetAndDestroy(): this {
    this.#resets = true;
    return this.destroy();
  }

  override _read(): void {
    const wake = this.#hungry;
    this.#hungry = null;
    wake?.();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const { other } = this;
    const length = this.#wire.pieceOf(bytes.length);
    this.#wire.later(() => {
      if (this.destroyed || !other || other.destroyed) return done(connectionReset());
      const passed = this.#wire.pass(length);
      // A copy, as an operating system makes: the writer may use its memory again.
      const more = passed === 0 || other.push(Buffer.from(bytes.subarray(0, passed)));
      if (this.#wire.broken) {
        other.destroy(connectionReset());
        return done(connectionReset());
      }
      const rest = bytes.subarray(length);
      const next = (): void => (rest.length > 0 ? this._write(rest, _encoding, done) : done());
      if (more) next();
      else other.#hungry = next;
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#wire.later(() => {
      this.other?.peerEnded();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const resets = this.#resets || error !== null;
    this.#wire.later(() => {
      if (resets) this.other?.destroy(connectionReset());
      else this.other?.peerEnded();
    });
    this._read();
    // As with a socket, a close takes its time, in which what was read before may still come up.
    this.#wire.later(() => done(error));
  }

  /** For the other side only. */
  peerEnded(): void {
    if (this.#sawEnd || this.destroyed) return;
    this.#sawEnd = true;
    this.push(null);
  }
}
