/** The sessions by key, and the sweep that ends those whose client is gone and forgets those that are over. */
import { NetwineError } from './errors.ts';
import { keyHash } from './key.ts';
import type { Session } from './session.ts';

interface Entry {
  session: Session;
  /** The signs of the client counted at the sweep that last saw a new one. */
  signs: number;
  since: number;
}

/** Sweeps come more often: what lies between two of them beyond this part of a keep time, this process slept through. */
const AWAKE = 1 / 4;

export class SessionTable {
  #sweptAt = -Infinity;
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  add(session: Session, now: number): void {
    this.#entries.set(keyHash(session.key), { session, signs: session.signs, since: now });
  }

  has(session: Session): boolean {
    return this.#entries.has(keyHash(session.key));
  }

  /** The session of a key, which counts as a sign of its client. @throws GONE, alike for every key that opens nothing */
  get(key: string): Session {
    const session = this.find(key);
    if (!session) throw new NetwineError('GONE');
    session.used = true;
    session.touch();
    return session;
  }

  /** The session of a key, or undefined; no sign of anybody. */
  find(key: string): Session | undefined {
    return this.#entries.get(keyHash(key))?.session;
  }

  /** Forgets a session at once: its client has closed it. */
  forget(session: Session): void {
    this.#entries.delete(keyHash(session.key));
  }

  /** The sessions of now, safe to close while walking. */
  all(): Session[] {
    return Array.from(this.#entries.values(), (entry) => entry.session);
  }

  /**
   * Ends sessions without a sign of their client for their keep time, and forgets ended ones after the same time. What
   * clients say to a process that was stopped or a machine that slept is read after this: that time does not count.
   * @param now milliseconds of a clock that never goes back.
   */
  sweep(now: number): void {
    for (const [hash, entry] of this.#entries) {
      const { session } = entry;
      entry.since += Math.max(now - Math.max(entry.since, this.#sweptAt) - session.keepMs * AWAKE, 0);
      if (session.reader?.alive()) session.touch();
      if (session.signs !== entry.signs) {
        entry.signs = session.signs;
        entry.since = now;
      } else if (now - entry.since >= session.keepMs) {
        if (session.state === 'closed') this.#entries.delete(hash);
        else session.close('ABANDONED');
      } else session.up.rest();
    }
    this.#sweptAt = now;
  }
}
