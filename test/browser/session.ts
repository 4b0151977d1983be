/** The pages' session with types, run by Node: the same code that Chromium runs, without a page around it. */
import { createHash } from 'node:crypto';

export interface SessionStatus {
  readonly state: 'connecting' | 'open' | 'lost' | 'over';
  readonly transport: 'stream' | 'poll';
  readonly final: { code: string; text: string; down?: number; up?: number } | null;
  readonly info: Readonly<Record<string, string | number>>;
  readonly down: { received: number; acknowledged: number; ended: boolean; failures: number };
  readonly up: { written: number; taken: number; endWanted: boolean; ended: boolean };
}

export interface PageSession extends SessionStatus {
  snapshot(): unknown;
  write(bytes: Uint8Array): void;
  end(): void;
  close(): void;
}

export interface SessionOptions {
  to: string;
  base: string;
  token?: string;
  transport?: 'stream' | 'poll';
  keep?: number;
  saved?: unknown;
  on: {
    data(bytes: Uint8Array): void;
    change(): void;
    save(): void;
    over(final: SessionStatus['final']): void;
  };
}

const { href } = new URL('../../client/demo/session.js', import.meta.url);

const { Session }: { Session: new (options: SessionOptions) => PageSession } = await import(href);

export interface Run {
  session: PageSession;
  /** What came, as it came. */
  pieces: Uint8Array[];
  /** Resolves at the end of the session. */
  final: Promise<SessionStatus['final']>;
  /** Waits until this holds, looking each time that the session says that something changed. */
  until(holds: (session: PageSession) => boolean): Promise<void>;
}

/** Starts a session and keeps what it brings; `on` takes the place of what is kept. */
export const runSession = (options: Omit<SessionOptions, 'on'>, on: Partial<SessionOptions['on']> = {}): Run => {
  const pieces: Uint8Array[] = [];
  let over: (final: SessionStatus['final']) => void = () => {};
  const final = new Promise<SessionStatus['final']>((resolve) => {
    over = resolve;
  });
  let change = (): void => {};
  const session = new Session({
    ...options,
    on: { data: (bytes) => pieces.push(bytes.slice()), change: () => change(), save: () => {}, over, ...on },
  });
  const until: Run['until'] = (holds) =>
    new Promise((resolve) => {
      change = () => {
        if (holds(session)) resolve();
      };
      change();
    });
  return { session, pieces, final, until };
};

/** Of all pieces together, in hex. */
export const sha256 = (pieces: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};

/** Bytes that no cut, double or swap leaves as they were. */
export const noise = (length: number, salt: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let state = salt * 2_654_435_761;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
};
