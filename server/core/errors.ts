/** The failure table: what can go wrong, how each transport says it, and what a client does about it. [PROTOCOL 10] */

/** What a client does: give up, try later, repeat the same request, attach again, or open anew. */
export type Advice = 'stop' | 'retry' | 'repeat' | 'attach' | 'open';

export interface Failure {
  /** HTTP status of an answer that carries this failure. */
  readonly status: number;
  /** WebSocket close code: 4000 + status, but for a clean end. */
  readonly close: number;
  /** Printable ASCII without quotes, `<` or `\`; never anything from a request or a target. */
  readonly text: string;
  readonly advice: Advice;
}

const row = (status: number, advice: Advice, text: string, close = 4000 + status): Failure => ({
  status,
  close,
  text,
  advice,
});

export const failures = {
  BAD_REQUEST: row(400, 'stop', 'the request is malformed'),
  BAD_TARGET: row(400, 'stop', 'the target is malformed: write tcp://host:port'),
  UNAUTHENTICATED: row(401, 'stop', 'credentials are needed'),
  DENIED_CLIENT: row(403, 'stop', 'the clients file does not allow this client'),
  DENIED_TARGET: row(403, 'stop', 'the targets file does not allow this target'),
  DENIED_ORIGIN: row(403, 'stop', 'this page may not call the bridge; a program sends the header Netwine: 1'),
  OFFSET: row(409, 'attach', 'the offset is outside what is kept'),
  GONE: row(410, 'open', 'no session has this key'),
  TOO_LARGE: row(413, 'stop', 'the body is too large: send it in parts'),
  UNSUPPORTED: row(415, 'stop', 'no multipart body and no Content-Encoding, please'),
  MISDIRECTED: row(421, 'stop', 'the Host header names no host of this bridge'),
  LIMIT: row(429, 'retry', 'a limit is reached: try later'),
  UNKNOWN_HOST: row(502, 'stop', 'the name of the target has no address'),
  REFUSED: row(502, 'stop', 'the target refused the connection'),
  UNREACHABLE: row(502, 'retry', 'the target cannot be reached'),
  RESET: row(502, 'stop', 'the connection was reset'),
  DRAINING: row(503, 'retry', 'the bridge is stopping: no new sessions'),
  AWAY: row(503, 'repeat', 'the owner of this key cannot be reached just now'),
  TIMEOUT: row(504, 'retry', 'the target did not answer in time'),
  INTERNAL: row(500, 'stop', 'the bridge failed: its log says why'),
  CLOSED: row(200, 'stop', 'both directions have ended', 1000),
  ABANDONED: row(410, 'open', 'nothing was heard of the client for too long'),
  IDLE: row(408, 'open', 'nothing was said for too long'),
  REVOKED: row(403, 'stop', 'the hosts files no longer allow this'),
  EXITED: row(200, 'stop', 'the program has ended'),
  SHUTDOWN: row(503, 'open', 'the bridge has stopped'),
} as const satisfies Record<string, Failure>;

export type FailureCode = keyof typeof failures;

export interface NetwineErrorOptions {
  /** Numbers or words that the record carries between its code and its text, as in `NO OFFSET down 5 10`. */
  args?: readonly (string | number)[];
  /** A text that says more than the table's; a constant of ours, never an echo of input. */
  text?: string;
  cause?: unknown;
}

/** A failure of the table, on its way to whoever asked. */
export class NetwineError extends Error {
  readonly code: FailureCode;
  readonly args: readonly (string | number)[];
  readonly text: string;

  constructor(code: FailureCode, { args = [], text = failures[code].text, cause }: NetwineErrorOptions = {}) {
    super(text, { cause });
    this.name = 'NetwineError';
    this.code = code;
    this.args = args;
    this.text = text;
  }

  get failure(): Failure {
    return failures[this.code];
  }

  /** The record of a request that failed, without its line end. */
  get record(): string {
    return ['NO', this.code, ...this.args, this.text].join(' ');
  }
}

/** Any thrown thing as a failure of the table; what is not one becomes INTERNAL and keeps its cause for the log. */
export const asNetwineError = (error: unknown): NetwineError =>
  error instanceof NetwineError ? error : new NetwineError('INTERNAL', { cause: error });
