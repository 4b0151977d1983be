/** What a session is given, tells and keeps. */
import type { Choice } from './choice.ts';
import type { Answering, Bytes, Clock, Final, Info, Parameters, Sender } from './types.ts';

/** `connecting`, `open`, `lost` while it is being found again, `over`. */
export type State = 'connecting' | 'open' | 'lost' | 'over';

/** What a later page needs to go on; as secret as the key. */
export interface SavedDown {
  key: string;
  nonce: string;
  /** The highest number of a reader that was shown. */
  reader: number;
  received: number;
  ended: boolean;
  info: Info;
}

export interface Down extends Omit<SavedDown, 'key'> {
  key: string | null;
  acknowledged: number;
  /** Answers in a row that were cut. */
  failures: number;
  /** The name of the receiver at work. */
  receiver: string;
  start(): void;
  stop(): void;
  /** The bridge has sent bytes up to here. */
  expect(tail: number): void;
  /**
   * Whether exchanges carry what is written; where one is at work it is asked anew, with that.
   * @param isUseful there is something to carry, and room for it: what makes that room may be in the very answer
   */
  carries(isUseful: boolean): boolean;
  /** The program has taken some of what was held. */
  took(): void;
}

/** What a later page needs to go on. */
export interface SavedUp<C> {
  taken: number;
  rest: C;
  endWanted: boolean;
  ended: boolean;
}

/** What one request carries up; no payload where there is nothing to carry. */
export interface Carried<C> {
  parameters: Parameters;
  payload: C | null;
}

export interface Up<C> {
  /** One past the last byte written. */
  written: number;
  /** The offset up to which the bridge has everything. */
  taken: number;
  endWanted: boolean;
  /** The bridge knows of the end. */
  ended: boolean;
  write(chunk: C): void;
  end(): void;
  /** Acknowledges down bytes by a request of its own. */
  acknowledge(to: number): void;
  /** A socket carries writes from now on, from where the bridge stands; null where none does. */
  link(link: Answering<C> | null, next?: number, window?: number): void;
  /** The bridge has bytes, as an answer of the way down says. */
  heard(next: number, window: number, ended: boolean): void;
  /** The line that answers a send. @returns whether it is one, after which more may be asked */
  understand(line: string): boolean;
  /** What an exchange should carry; null where nothing can be sent any more. */
  carry(): Carried<C> | null;
  /** What is kept. */
  rest(): C;
  stop(): void;
}

/** All that a later page needs to go on; as secret as the key. */
export interface Saved<C> {
  down: SavedDown;
  up: SavedUp<C>;
}

export interface SessionEvents<C> {
  /** Once, when the target is reached. */
  open(): void;
  /** Each byte once, in order. */
  data(chunk: C): void;
  /** The target has finished sending. */
  end(): void;
  /** Once, when all is over. */
  over(final: Final): void;
  /** Some status changed. */
  change(): void;
  /** Before the bridge learns what this page has, or is given what it wrote: the moment to keep a snapshot. */
  save(): void;
}

export interface SessionOptions<C> {
  bytes: Bytes<C>;
  clock: Clock;
  choice: Choice<C>;
  sender: Sender<C>;
  /** How the session is asked for: `connect`, or a route's path without its slash. */
  verb: string;
  /** `to`, `token` and `keep`. */
  connect: Parameters;
  /** 22 or more url-safe characters that nobody can guess. */
  makeNonce: () => string;
  /** One count for all sessions of a page, from 1. */
  nextReader: () => number;
  saved: Saved<C> | null;
  /** Bytes that were handed over and not taken by the program, which has to say when it `took` some; none by default. */
  held?: () => number;
  on: SessionEvents<C>;
}

export interface Session<C> {
  state: State;
  /** An answer was attached on this page. */
  opened: boolean;
  /** Where both directions stand; only their status is for others than the session's own parts. */
  down: Down;
  up: Up<C>;
  /** Bytes are kept until the bridge has them. @throws after `end` */
  write(chunk: C): void;
  /** The program has taken some of what was held. */
  took(): void;
  /** Half-closes: what was written is sent, then the target sees the end. */
  end(): void;
  /** Ends both directions at once. */
  close(): void;
  /** Gives the session up without a word to the bridge, for a page that goes and will be back. */
  leave(): void;
  /** Null where there is nothing to go on with. */
  snapshot(): Saved<C> | null;
  /** For its own parts: an answer is attached, or what carried it is gone, perhaps once more. */
  become(state: State): void;
  /** For its own parts: it is over, for this reason. */
  finish(final: Final): void;
}
