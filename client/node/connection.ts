/** A connection to a target through a bridge, as a Duplex of Node: what is written and read comes exactly once. */
import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import { createChoice } from '../core/choice.ts';
import { createSession, type Session } from '../core/session.ts';
import type { Clock, Final } from '../core/types.ts';
import { type BridgeOptions, bridgeOf } from './bridge.ts';
import { edge, poster, receivers, type Transport, transports } from './ways.ts';

export interface ConnectOptions extends BridgeOptions {
  /** The only ways to receive that may be used; all by default, and the best that works is found by trying. */
  transports?: readonly Transport[];
  /** Seconds that the bridge keeps the connection without a sign of this program. */
  keep?: number;
}

/** Why a connection did not end as both sides wanted: a code of PROTOCOL 10, or MOVED or NO_ANSWER. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: string;

  constructor({ code, text }: Final) {
    super(text === '' ? code : `${code}: ${text}`);
    this.code = code;
  }
}

/** Does not jump when somebody sets the clock. */
const clock: Clock = {
  now: () => performance.now(),
  setTimer: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

const NONCE_BYTES = 21;
const CLOSED_BY_OTHER = 'closed by another holder of its key';

type Done = (error?: Error | null) => void;

/**
 * Emits `open` when the target is reached, and `change` when a value of `status` has changed. It is destroyed with a
 * `ConnectionError` where it did not end as both sides wanted.
 */
export class Connection extends Duplex {
  readonly #session: Session<Uint8Array>;
  /** One write or end at a time waits here. */
  #waiting: { holds: () => boolean; done: Done } | null = null;
  #reader = 0;

  /** @param to as in PROTOCOL 9, or a route of the bridge with its slash @throws TypeError for a `via` that is none */
  constructor(to: string, options: ConnectOptions) {
    // Both are destroyed when the bridge says that all is over, and no sooner: it may still have bytes for the target.
    super({ allowHalfOpen: true, autoDestroy: false, decodeStrings: true });
    const bridge = bridgeOf(options);
    const isRoute = to.startsWith('/');
    const parameters = { to: isRoute ? undefined : to, keep: options.keep };
    const change = (): void => {
      this.#look();
      this.emit('change');
    };
    this.#session = createSession<Uint8Array>({
      bytes: edge,
      clock,
      choice: createChoice(receivers(bridge, options.transports ?? transports), clock, { load: () => '', save() {} }),
      sender: poster(bridge),
      verb: isRoute ? to.slice(1) : 'connect',
      connect: parameters,
      makeNonce: () => randomBytes(NONCE_BYTES).toString('base64url'),
      nextReader: () => {
        this.#reader += 1;
        return this.#reader;
      },
      saved: null,
      held: () => this.readableLength,
      on: {
        open: () => void this.emit('open'),
        data: (chunk) => void this.push(chunk),
        end: () => void this.push(null),
        over: (final) => this.#end(final),
        change,
        save() {},
      },
    });
  }

  /** Where both directions stand, and by which way bytes come now. */
  get status(): {
    state: string;
    receiver: string;
    received: number;
    written: number;
    taken: number;
    failures: number;
  } {
    const { state, down, up } = this.#session;
    const { receiver, received, failures } = down;
    return { state, receiver, received, written: up.written, taken: up.taken, failures };
  }

  #end(final: Final): void {
    const { down, up } = this.#session;
    // Another holder of the key can close it too: that must look neither like the end of the target nor like our own.
    const isWhole = final.code === 'CLOSED' && down.ended && up.endWanted && final.up === up.written;
    if (isWhole) {
      this.#settle(null);
      // What was received is read first.
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
      return;
    }
    const failure = new ConnectionError(final.code === 'CLOSED' ? { ...final, text: CLOSED_BY_OTHER } : final);
    // It is being destroyed where it was left. Before what waits is told, so that no `finish` can come of that.
    if (final.code !== 'LEFT') this.destroy(failure);
    this.#settle(this.errored ?? failure);
  }

  #settle(error: Error | null): void {
    const { done } = this.#waiting ?? {};
    this.#waiting = null;
    done?.(error);
  }

  /** Goes on with what waits where it has what it waits for. */
  #look(): void {
    if (this.#waiting?.holds()) this.#settle(null);
  }

  /** All that is read goes through here; `_read` is called before it is taken, and not at all behind an end. */
  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    this.#session.took();
    return chunk;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    const { up } = this.#session;
    // A copy: the writer may use its own again.
    this.#session.write(new Uint8Array(chunk));
    this.#waiting = { holds: () => up.written - up.taken < this.writableHighWaterMark, done };
    this.#look();
  }

  override _final(done: Done): void {
    const { up } = this.#session;
    this.#session.end();
    this.#waiting = { holds: () => up.ended, done };
    this.#look();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session.close();
    done(error);
  }
}

/**
 * Connects to a target through a bridge.
 *
 * @param to as in PROTOCOL 9, as `irc.example.net:6667`, or a route of the bridge with its slash
 * @throws TypeError for a `via` that is no URL of a bridge
 */
export const connect = (to: string, options: ConnectOptions): Connection => new Connection(to, options);
