/** A bridge without its HTTP server: its sessions, and what the transports need of them. Part of the composition root. */
import { Dials } from './core/dials.ts';
import type { Gate } from './core/gate.ts';
import { Router } from './core/router.ts';
import type { Session } from './core/session.ts';
import type { Connect, Policy, Target, TargetType } from './core/target.ts';
import { createGate } from './policy/gate.ts';
import { createTargetTypes } from './target/index.ts';
import type { ConnectOptions } from './transport/connect.ts';
import { Descriptors } from './transport/descriptors.ts';
import { Tickets } from './transport/tickets.ts';

export interface BridgeOptions {
  policy: Policy;
  /** Decoded paths under the prefix that stand for a target. */
  routes?: ReadonlyMap<string, Target>;
  /** Further kinds of targets, or others in the place of ours; a bare function is one whose framing is `bytes`. */
  targets?: Readonly<Record<string, Connect | TargetType>>;
  /** Further names of this bridge, as `host` or `host:port`. */
  hostNames?: readonly string[];
  /** A directory of static files; none by default. */
  staticDir?: string | null;
  /**
   * Where the client was built: its `netwine.js`, `netwine-old.js`, `netwine-websocket.js` and `netwine.mjs` are served
   * beside the static files.
   */
  clientDir?: string;
  /** Where the packaged pages find the chat of the demo, as `host:port`. */
  chatTarget?: string;
  requireToken?: boolean;
  /** Offers `as=script`: answers that a page of any origin can run. */
  script?: boolean;
  pingMs?: number;
  holdMs?: number;
  keepMs?: number;
  ticketMs?: number;
  nonceMs?: number;
  connectTimeoutMs?: number;
  udpIdleMs?: number;
  windowBytes?: number;
  upWindowBytes?: number;
  maxBodyBytes?: number;
  /** The limit of open files of this process, and how many are open at the start; not watched without it. */
  descriptors?: { limit: number; base: number };
}

export const defaults = {
  staticDir: null as string | null,
  requireToken: false,
  script: false,
  pingMs: 20_000,
  holdMs: 25_000,
  keepMs: 120_000,
  ticketMs: 30_000,
  nonceMs: 60_000,
  connectTimeoutMs: 10_000,
  udpIdleMs: 60_000,
  windowBytes: 256 * 1024,
  upWindowBytes: 64 * 1024,
  maxBodyBytes: 8 * 1024 * 1024,
};

/** The sweep runs ten times in a keep, between these. */
const SWEEP = { leastMs: 50, mostMs: 1000 };
/** How long the final records may take on their way out at a stop. */
const LAST_RECORDS_MS = 1000;

/** A bridge without its HTTP server: sessions, and what the transports need of them. */
export class Bridge {
  readonly router: Router;
  readonly gate: Gate;
  readonly tickets: Tickets;
  readonly options: BridgeOptions & typeof defaults;
  readonly answers: ConnectOptions['answers'] = new Set();
  readonly descriptors: Descriptors | null;
  readonly #dials = new Dials();
  readonly #sweeping: NodeJS.Timeout;

  constructor(given: BridgeOptions) {
    this.options = { ...defaults, ...given };
    const { options } = this;
    const dials = this.#dials;
    this.gate = createGate({
      hostNames: options.hostNames ?? [],
      origins: [],
      requireToken: options.requireToken,
    });
    this.tickets = new Tickets({ lifeMs: options.ticketMs });
    this.descriptors = options.descriptors
      ? new Descriptors({ ...options.descriptors, targets: () => this.router.targets })
      : null;
    this.router = new Router({
      policy: {
        permit: (client, target, signal) => dials.run((own) => options.policy.permit(client, target, own), signal),
      },
      targets: dials.endable({ ...createTargetTypes(options), ...options.targets }),
      windowBytes: options.windowBytes,
      upWindowBytes: options.upWindowBytes,
      keepMs: options.keepMs,
      nonceMs: options.nonceMs,
      admit: () => this.descriptors?.admit(),
    });
    const sweepMs = Math.min(Math.max(options.keepMs / 10, SWEEP.leastMs), SWEEP.mostMs);
    this.#sweeping = setInterval(() => this.#sweep(), sweepMs).unref();
  }

  #sweep(): void {
    const now = performance.now();
    this.router.sweep(now);
    this.tickets.sweep(now);
  }

  /** Refuses new sessions and waits until the open ones are over and all of their bytes were sent, or the time is. */
  async drain(waitMs: number): Promise<void> {
    this.router.drain();
    // Between two polls nobody reads, and what the target said last would be lost.
    await until(() => this.router.sessions.all().every(isDone), waitMs);
  }

  /** Ends every session and lets the held answers say so. Leaves nothing behind. */
  async close(): Promise<void> {
    this.router.drain();
    this.#dials.stop();
    for (const session of this.router.sessions.all()) session.close('SHUTDOWN');
    for (const answer of this.answers) answer.shutDown?.();
    await until(() => this.answers.size === 0, LAST_RECORDS_MS);
    for (const answer of this.answers) answer.stop();
    clearInterval(this.#sweeping);
  }
}

/** Over and read to its end; or its target has ended, all of that was sent, and nobody reads: it only waits for keep. */
const isDone = ({ state, sent, window, targetEnded, reader }: Session): boolean =>
  sent === window.end && (state === 'closed' || (targetEnded && reader === null));

const CHECK_MS = 20;

const until = async (done: () => boolean, waitMs: number): Promise<void> => {
  const end = performance.now() + waitMs;
  while (!done() && performance.now() < end) {
    await new Promise((resolve) => {
      setTimeout(resolve, CHECK_MS);
    });
  }
};
