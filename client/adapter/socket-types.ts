/** The face of a connection: what `netwine.connect` takes and gives. */
import type { State } from '../core/session.ts';
import type { Final, Info } from '../core/types.ts';

/** What `ondata` gets: texts of UTF-8, strings of characters 0..255, or `Uint8Array`s where the engine has them. */
export type Binary = 'text' | 'string' | 'bytes';

/** What that is in each case only the program knows, which chose it. */
// biome-ignore lint/suspicious/noExplicitAny: a program that asked for texts need not test for bytes
export type Data = any;

/** Why a connection is over: a code of PROTOCOL 10, or MOVED, NO_ANSWER or LEFT. */
export interface SocketError {
  code: string;
  text: string;
}

export interface SocketOptions {
  /** The URL of the bridge; where the script came from by default. */
  url?: string;
  /** `text` by default. */
  binary?: Binary;
  /** Names or kinds of the only ways to receive that may be used, as `poll`; all by default. */
  transports?: string[];
  /** The page's token, where it is not in `<meta name="netwine-token">`. */
  token?: string;
  /** Seconds that the bridge keeps the connection without a sign of this page. */
  keep?: number;
  /** Shares one held answer among the sockets of this page, for engines with few connections. */
  share?: boolean;
  /**
   * A name: the connection outlives a reload of the page, which goes on with it by the same name, target and bridge. What
   * came is told to one page only, so a program keeps for itself what it was told, and what it was about to write.
   */
  resume?: string;
  onopen?: () => void;
  ondata?: (data: Data) => void;
  onend?: () => void;
  onerror?: (error: SocketError) => void;
  onclose?: (final: Final) => void;
  onchange?: () => void;
}

/** What an onlooker may want to see. */
export interface SocketStatus {
  state: State;
  receiver: string;
  received: number;
  acknowledged: number;
  /** Received, but held back for a program that pauses. */
  held: number;
  written: number;
  taken: number;
  /** The bridge knows that we have ended. */
  ended: boolean;
  failures: number;
  info: Info;
}

export interface NetwineSocket {
  /** The target is reached, or found again after a reload. */
  onopen: () => void;
  ondata: (data: Data) => void;
  /** The target has finished sending; told again to a page that goes on after it. */
  onend: () => void;
  /** Before `onclose`, where the connection did not end as both sides wanted; at once even while it is paused. */
  onerror: (error: SocketError) => void;
  onclose: (final: Final) => void;
  onchange: () => void;
  /** It goes on with what a page before it had. */
  resumed: boolean;
  /** @returns false where so much waits that the writer should wait for `onchange` */
  write(data: string | Uint8Array): boolean;
  /** Half-closes after what was written. */
  end(data?: string | Uint8Array): void;
  /** Ends both directions at once. */
  close(): void;
  /** Ends, and hears no more; what was written is still brought to the target. `onclose` comes when the bridge has it. */
  leave(): void;
  /** Nothing is told until `resume`, but for `onchange` and `onerror`. */
  pause(): void;
  resume(): void;
  /** Bytes written that are not with the bridge. */
  bufferedAmount(): number;
  status(): SocketStatus;
}
