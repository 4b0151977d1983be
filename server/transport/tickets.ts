/** Tickets: what stands in a URL instead of a key, for one session, one reader number and a short time. [PROTOCOL 7] */
import { NetwineError } from '../core/errors.ts';
import { keyHash, makeKey } from '../core/key.ts';
import type { Session } from '../core/session.ts';

interface Ticket {
  session: Session;
  reader: number;
  until: number;
}

const LIVE_PER_SESSION = 4;

export class Tickets {
  readonly #lifeMs: number;
  readonly #tickets = new Map<string, Ticket>();
  readonly #issued = new WeakMap<Session, Ticket[]>();

  /** @param lifeMs how long a ticket is good, repeats included. */
  constructor({ lifeMs }: { lifeMs: number }) {
    this.#lifeMs = lifeMs;
  }

  /** @throws LIMIT where the session has four live ones: each is good for its time, so none of them is taken back. */
  issue(session: Session, reader: number, now: number): string {
    const live = (this.#issued.get(session) ?? []).filter(({ until }) => until > now);
    if (live.length >= LIVE_PER_SESSION) {
      throw new NetwineError('LIMIT', { text: 'four tickets of this session are live' });
    }
    const text = makeKey();
    const ticket = { session, reader, until: now + this.#lifeMs };
    this.#issued.set(session, [...live, ticket]);
    this.#tickets.set(keyHash(text), ticket);
    return text;
  }

  /** What a ticket names, or null where it is unknown or its time is over. */
  find(ticket: string, now: number): { session: Session; reader: number } | null {
    const found = this.#tickets.get(keyHash(ticket));
    return found && found.until > now ? found : null;
  }

  sweep(now: number): void {
    for (const [hash, { until }] of this.#tickets) if (until <= now) this.#tickets.delete(hash);
  }
}
