/** Connects by nonce: a repeated connect waits for the same dial, and learns the same answer. [PROTOCOL 3, connect] */
import { asNetwineError, NetwineError } from './errors.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';

export interface Opening {
  /** The target asked for, in its canonical spelling: the same nonce with another one is refused. */
  readonly target: string;
  /** Never rejects. */
  readonly outcome: Promise<Session | NetwineError>;
  /** How many requests have asked; the latest one is the newest. */
  asked: number;
  session: Session | null;
  /** What a repeat is told once the session is forgotten: a number above all of its readers; null before. */
  moved: number | null;
  /** When it may be forgotten, or null while its session lives. */
  until: number | null;
}

export class Openings {
  readonly #byNonce = new Map<string, Opening>();
  readonly #failedMs: number;

  /** @param failedMs how long the answer of a failed dial is repeated. */
  constructor({ failedMs }: { failedMs: number }) {
    this.#failedMs = failedMs;
  }

  get size(): number {
    return this.#byNonce.size;
  }

  find(nonce: string): Opening | undefined {
    return this.#byNonce.get(nonce);
  }

  /** Starts a dial that repeats of the nonce will share. */
  start(nonce: string, target: string, dial: Promise<Session>): Opening {
    const opening: Opening = {
      target,
      asked: 0,
      session: null,
      moved: null,
      until: null,
      outcome: dial.then((session) => {
        opening.session = session;
        return session;
      }, asNetwineError),
    };
    void opening.outcome.then((outcome) => {
      if (outcome !== opening.session) opening.until = performance.now() + this.#failedMs;
    });
    this.#byNonce.set(nonce, opening);
    return opening;
  }

  /** Forgets failed dials after their time, and sessions' nonces when the session and then its keep time are over. */
  sweep(now: number, sessions: SessionTable): void {
    for (const [nonce, opening] of this.#byNonce) {
      const { session } = opening;
      if (session && !sessions.has(session)) this.#byNonce.set(nonce, forgotten(opening, session, now));
      else if (opening.until !== null && now >= opening.until) this.#byNonce.delete(nonce);
    }
  }
}

/** One for all: an error of its own, with its stack, is most of what a remembered nonce would cost. */
const gone = Promise.resolve(new NetwineError('GONE'));

/** A nonce outlives its session, whose windows must not stay in memory for it. */
const forgotten = ({ target, asked }: Opening, { highestReader, keepMs }: Session, now: number): Opening => ({
  target,
  asked,
  outcome: gone,
  session: null,
  moved: highestReader + 1,
  until: now + keepMs,
});
