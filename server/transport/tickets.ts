/** Tickets: what stands in a URL instead of a key, for one session, one reader number and a short time. [PROTOCOL 7] */
import { NetwineError } from '../core/errors.ts';
import { keyHash, makeKey } from '../core/key.ts';
import type { Session } from '../core/session.ts';

export interface Ticket {
  readonly text: string;
  readonly session: Session;
  readonly reader: number;
  until: number;
  /** An answer carries it. */
  readonly carried: boolean;
  /** The answers that keep it good as long as they are open. */
  held: number;
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
    const live = this.#live(session, now);
    if (live.length >= LIVE_PER_SESSION) {
      throw new NetwineError('LIMIT', { text: 'four tickets of this session are live' });
    }
    return this.#make(session, reader, { live, now }).text;
  }

  /**
   * The ticket that an answer carries for the next reader: the same for each repeat of its request, so that they use up
   * no more than one. Null where four others are live.
   */
  next(session: Session, reader: number, now: number): Ticket | null {
    const live = this.#live(session, now);
    const same = live.find((ticket) => ticket.carried && ticket.reader === reader);
    if (same) same.until = now + this.#lifeMs;
    if (same) return same;
    return live.length < LIVE_PER_SESSION ? this.#make(session, reader, { live, now, carried: true }) : null;
  }

  /**
   * Keeps a ticket good while an answer is open, and for its time after it: until then nobody can have the next one.
   * @returns what to call when the answer is over.
   */
  hold(ticket: Ticket): () => void {
    ticket.held += 1;
    return () => {
      ticket.held -= 1;
      ticket.until = performance.now() + this.#lifeMs;
    };
  }

  /** What a ticket names, or null where it is unknown or its time is over. */
  find(ticket: string, now: number): Ticket | null {
    const found = this.#tickets.get(keyHash(ticket));
    return found && isGood(found, now) ? found : null;
  }

  sweep(now: number): void {
    for (const [hash, ticket] of this.#tickets) if (!isGood(ticket, now)) this.#tickets.delete(hash);
  }

  /** Those that still count: a newer reader has left the others nothing to read. */
  #live(session: Session, now: number): Ticket[] {
    const issued = this.#issued.get(session) ?? [];
    return issued.filter((ticket) => isGood(ticket, now) && ticket.reader >= session.highestReader);
  }

  #make(session: Session, reader: number, how: { live: readonly Ticket[]; now: number; carried?: boolean }): Ticket {
    const { live, now, carried = false } = how;
    const ticket = { text: makeKey(), session, reader, until: now + this.#lifeMs, held: 0, carried };
    this.#issued.set(session, [...live, ticket]);
    this.#tickets.set(keyHash(ticket.text), ticket);
    return ticket;
  }
}

const isGood = ({ until, held }: Ticket, now: number): boolean => held > 0 || until > now;
