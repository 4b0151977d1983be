/** Watches for signs of the clients whose sessions one answer reads: each has to be asked for again for its own sake. */
import type { SessionReader } from '../core/session.ts';

/** An answer ends after half of keep without a sign, and an eighth of it later at most. */
const AFTER = 1 / 2;
const STEP = 1 / 8;

export class Quiet {
  readonly #readers: Iterable<SessionReader>;
  /** For each reader: the signs of its client, and when they last grew. */
  readonly #signs = new Map<SessionReader, { count: number; at: number }>();

  /** @param readers those that are read now; looked at anew each time. */
  constructor(readers: Iterable<SessionReader>) {
    this.#readers = readers;
  }

  /** How long to wait before the next look; Infinity where no session is read. */
  get stepMs(): number {
    return Math.min(...Array.from(this.#readers, ({ session }) => session.keepMs * STEP));
  }

  /** Whether half the keep time of a session has passed without a sign. @param now milliseconds, never going back */
  look(now: number): boolean {
    let quiet = false;
    for (const reader of this.#readers) {
      const { signs, keepMs } = reader.session;
      const last = this.#signs.get(reader);
      if (last?.count !== signs) this.#signs.set(reader, { count: signs, at: now });
      else if (now - last.at >= keepMs * AFTER) quiet = true;
    }
    return quiet;
  }
}
