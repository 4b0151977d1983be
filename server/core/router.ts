/** The one way in, for every transport: policy, dial, session; and what the log learns of it. */
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { asNetwineError, NetwineError } from './errors.ts';
import { type Opening, Openings } from './opening.ts';
import { Session } from './session.ts';
import { SessionTable } from './session-table.ts';
import type { Client, Permit, Policy, Target, TargetType } from './target.ts';
import { formatTarget } from './target-url.ts';

export interface RouterOptions {
  policy: Policy;
  targets: Readonly<Record<string, TargetType>>;
  windowBytes: number;
  upWindowBytes: number;
  keepMs: number;
  /** How long the answer of a failed connect is repeated to its nonce. */
  nonceMs: number;
  /** Throws LIMIT where the bridge has no room for one more session. */
  admit?: () => void;
}

export interface OpenOptions {
  /** A secret of the client that makes its connect repeatable. */
  nonce?: string | undefined;
  /** The name of the transport, for the log. */
  transport: string;
  keepMs?: number | undefined;
  /** Aborted when the request that asks is gone. */
  signal: AbortSignal;
}

/** What a connect learns: its session, and whether a newer request of the same nonce waits for it too. */
export interface Opened {
  session: Session;
  newest: boolean;
}

/** A connect whose key is in use already: it gets no key and touches nothing. */
export interface Stale {
  moved: number;
}

export interface OpenEvent {
  session: Session;
  client: Client;
  permit: Permit;
  transport: string;
}

export interface RefuseEvent {
  client: Client;
  /** What was asked for in its canonical spelling; null where it could not be read or was not looked at. */
  target: string | null;
  transport: string;
  error: NetwineError;
  /** The addresses that were dialled; none where it did not come to that. */
  addresses: readonly string[];
  /** How long it took to know. */
  ms: number;
}

export interface RouterEvents {
  open: [OpenEvent];
  refuse: [RefuseEvent];
  close: [Session];
}

const KEEP_MS = { least: 10_000, most: 3_600_000 };

export class Router extends EventEmitter<RouterEvents> {
  readonly sessions = new SessionTable();
  readonly #openings: Openings;
  readonly #options: RouterOptions;
  #draining = false;
  #targets = 0;

  constructor(options: RouterOptions) {
    super();
    this.#options = options;
    this.#openings = new Openings({ failedMs: options.nonceMs });
  }

  /** How many targets are open, or on their way to be. */
  get targets(): number {
    return this.#targets;
  }

  /** From now on no new session is opened. */
  drain(): void {
    this.#draining = true;
  }

  /**
   * Opens a session, or finds the one that an earlier request of the same nonce opened.
   * @throws the failures of PROTOCOL 10; then no session was made.
   */
  async open(client: Client, target: Target, options: OpenOptions): Promise<Opened | Stale> {
    const name = formatTarget(target);
    if (options.nonce === undefined) return { session: await this.#dial(client, target, options), newest: true };
    // Origin and identity, never the address: people change networks between two tries.
    const nonce = JSON.stringify([options.nonce, client.origin, client.identity]);
    const found = this.#openings.find(nonce);
    if (found && found.target !== name) {
      throw new NetwineError('BAD_REQUEST', { text: 'this nonce opened another target' });
    }
    if (found?.moved) return { moved: found.moved };
    // Never 0, which would tell the client to repeat this connect for ever.
    if (found?.session?.used) return { moved: Math.max(found.session.highestReader, 1) };
    // Never used and forgotten meanwhile: a number above 0 tells the client to open anew.
    if (found?.session && !this.sessions.has(found.session)) return { moved: found.session.highestReader + 1 };
    // The dial outlives this request: the client that lost its answer asks again with the same nonce.
    const lasting = { ...options, signal: new AbortController().signal };
    return join(found ?? this.#openings.start(nonce, name, this.#dial(client, target, lasting)));
  }

  /** Ends what is abandoned and forgets what is over. @param now milliseconds of a clock that never goes back */
  sweep(now: number): void {
    this.sessions.sweep(now);
    this.#openings.sweep(now, this.sessions);
  }

  async #dial(client: Client, target: Target, how: OpenOptions): Promise<Session> {
    const begunAt = performance.now();
    let addresses: readonly string[] = [];
    try {
      if (this.#draining) throw new NetwineError('DRAINING');
      this.#options.admit?.();
      const permit = await this.#options.policy.permit(client, target, how.signal);
      addresses = permit.addresses;
      return await this.#connect(client, permit, how);
    } catch (cause) {
      const error = how.signal.aborted ? new NetwineError('ABANDONED', { cause }) : asNetwineError(cause);
      const ms = Math.round(performance.now() - begunAt);
      const { transport } = how;
      this.emit('refuse', { client, target: formatTarget(target), transport, error, addresses, ms });
      throw error;
    }
  }

  async #connect(client: Client, permit: Permit, { transport, keepMs, signal }: OpenOptions): Promise<Session> {
    const { targets, ...sizes } = this.#options;
    const type = targets[permit.target.kind];
    if (!type) throw new NetwineError('BAD_TARGET', { text: 'this bridge has no targets of this kind' });
    const duplex = await this.#counted(type.connect(permit, signal));
    if (this.#draining || signal.aborted) duplex.destroy();
    if (this.#draining) throw new NetwineError('DRAINING');
    // It would never say so again, and its session would last until nobody asks for it.
    if (duplex.destroyed) throw new NetwineError('RESET');
    const session = new Session(duplex, {
      ...sizes,
      framing: type.framing,
      keepMs: keepMs === undefined ? sizes.keepMs : clampKeep(keepMs),
      onClose: (closed) => this.emit('close', closed),
    });
    this.sessions.add(session, performance.now());
    this.emit('open', { session, client, permit, transport });
    return session;
  }

  /** Counts a target from its dial to its close. */
  async #counted(dial: Promise<Duplex>): Promise<Duplex> {
    this.#targets += 1;
    const leave = (): void => {
      this.#targets -= 1;
    };
    try {
      return (await dial).once('close', leave);
    } catch (error) {
      leave();
      throw error;
    }
  }
}

const clampKeep = (ms: number): number => Math.min(Math.max(ms, KEEP_MS.least), KEEP_MS.most);

const join = async (opening: Opening): Promise<Opened> => {
  opening.asked += 1;
  const turn = opening.asked;
  const outcome = await opening.outcome;
  if (outcome instanceof NetwineError) throw outcome;
  return { session: outcome, newest: turn === opening.asked };
};
