/** What the session logic is given: kinds of chunks, ways to receive and to send, a clock. No DOM, no Node. */

/** Chunks are opaque to the core: strings of characters 0..255 on old pages, `Uint8Array` elsewhere. */
export interface Bytes<C> {
  /** How many bytes a chunk has. */
  size(chunk: C): number;
  /** The bytes from one offset up to another. */
  cut(chunk: C, from: number, to: number): C;
  /** One chunk of several, in order. */
  join(chunks: C[]): C;
}

/** Parameters of a request by name; undefined ones are left out. [PROTOCOL 2] */
export interface Parameters {
  [name: string]: string | number | undefined;
}

/** The values of an INFO record by name. */
export interface Info {
  [name: string]: string | number;
}

/** What to ask the bridge for. */
export interface Question<C> {
  /** `connect` or the path of a route, `receive`, `exchange`. */
  verb: string;
  parameters: Parameters;
  /** Bytes for the target; in exchanges only. */
  payload: C | null;
}

/** What an answer brings, in order; nothing comes after `over`, and nothing after a stop. */
export interface AnswerEvents<C> {
  /** One record of PROTOCOL 4 without its line end; never DATA. */
  record(text: string): void;
  data(chunk: C): void;
  /** Something came that is a sign of life, but neither of these yet: padding, a part of a record. */
  alive(): void;
  /** The answer is over. @param whole false where it broke, was refused, or cannot be from a bridge */
  over(whole: boolean): void;
}

/** An answer on its way. */
export interface Answering<C> {
  /** Gives it up; no event comes any more. */
  stop(): void;
  /** Sockets only: bytes for the target, at the offset that follows all before. */
  write?: (chunk: C) => void;
  /** Sockets only: a control record for the bridge. */
  say?: (record: string) => void;
}

export type Kind = 'poll' | 'stream' | 'exchange' | 'socket';

/** One way to receive. */
export interface Receiver<C> {
  readonly name: string;
  /**
   * `poll` brings whole answers, `stream` brings them as they come, `exchange` is a poll that carries writes too, and
   * `socket` carries both directions for as long as it lives.
   */
  readonly kind: Kind;
  /** Whether this engine has what it takes; asked before each use. */
  usable(): boolean;
  /** @param ask is called once, right before the question goes out: for a socket when it is open. */
  receive(ask: () => Question<C>, on: AnswerEvents<C>): Answering<C>;
}

/** One way to send requests with short answers. */
export interface Sender<C> {
  /** The most payload bytes of one request. */
  readonly mostBytes: number;
  /**
   * @param payload null for none.
   * @param done gets the first line of the answer, or null where none came.
   * @returns a way to give it up; `done` is not called then.
   */
  send(
    verb: 'send' | 'close',
    request: { parameters: Parameters; payload: C | null },
    done: (line: string | null) => void,
  ): () => void;
}

/** Time and chance; milliseconds. */
export interface Clock {
  now(): number;
  /** @returns a way to cancel. */
  setTimer(run: () => void, ms: number): () => void;
  /** In [0, 1). */
  random(): number;
}

/** How a session ended. */
export interface Final {
  /** A code of PROTOCOL 10, or MOVED, NO_ANSWER or LEFT. */
  code: string;
  text: string;
  /** The bridge's totals; absent where it did not say them. */
  down?: number;
  up?: number;
}
