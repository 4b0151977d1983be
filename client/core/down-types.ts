/** What the way down is given, tells and keeps. */
import type { Choice } from './choice.ts';
import type { Answering, Bytes, Clock, Final, Info, Parameters } from './types.ts';

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

export interface DownEvents<C> {
  /** Before each request that acknowledges bytes. */
  save(): void;
  /**
   * An answer of ours is attached; `link` where it is a socket, which carries writes too, with where up stands there.
   * @returns false where it is of no use, and another has to be asked for
   */
  attached(link: Answering<C> | null, up?: { next: number; window: number }): boolean;
  /** What carried us is gone, and another is being asked for. */
  lost(): void;
  data(chunk: C): void;
  end(): void;
  taken(next: number, window: number, ended: boolean): void;
  /** Nothing can be sent any more, but there are bytes to come. */
  upOver(): void;
  /** Bytes should be acknowledged by a request of their own. */
  owes(received: number): void;
  final(final: Final): void;
}

export interface DownOptions<C> {
  bytes: Bytes<C>;
  clock: Clock;
  choice: Choice<C>;
  /** `to`, `token` and `keep` of the connect. */
  connect: Parameters;
  makeNonce: () => string;
  /** The next number of a reader: one count for all sessions of a page. */
  nextReader: () => number;
  saved: SavedDown | null;
  /** What an exchange carries up; null where nothing can be sent any more. */
  carry: () => { parameters: Parameters; payload: C | null } | null;
  /** Bytes that were handed over and that the program has not taken yet: they are not acknowledged. */
  held: () => number;
  on: DownEvents<C>;
}

export interface DownStatus {
  key: string | null;
  received: number;
  acknowledged: number;
  ended: boolean;
  /** Answers in a row that were cut. */
  failures: number;
  /** The name of the receiver at work. */
  receiver: string;
  info: Info;
}

export interface Down {
  status: DownStatus;
  start(): void;
  stop(): void;
  /** The bridge has sent bytes up to here. */
  expect(tail: number): void;
  /** Whether exchanges carry what is written; where one is at work it is asked anew, with that. */
  carries(): boolean;
  /** The program has taken some of what was held. */
  took(): void;
  /** All before this offset is acknowledged. */
  acknowledged(to: number): void;
  snapshot(): SavedDown | null;
}

/** Where a page begins that goes on with a session, or with none. */
export const statusOf = (saved: SavedDown | null): DownStatus => ({
  key: saved && saved.key,
  received: saved ? saved.received : 0,
  acknowledged: saved ? saved.received : 0,
  ended: saved ? saved.ended : false,
  failures: 0,
  receiver: '',
  info: saved ? saved.info : {},
});
