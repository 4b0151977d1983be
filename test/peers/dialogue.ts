/** A dialogue with a target through the bridge, and the ways to have one that need nothing of netwine's own client. */
import type { Inbox } from './inbox.ts';

/** Two byte streams, or messages where the way has them and the target too. */
export interface Dialogue {
  readonly inbox: Inbox;
  /** Sends bytes after all those before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Half-closes; absent where the way has no such thing. */
  end?: () => Promise<void>;
  /** Leaves: the session is over. Harmless after its end. */
  close(): Promise<void>;
}

/** One way to talk with a target. */
export interface Way {
  readonly name: string;
  /** One message of a target is one message here; elsewhere 16 bits of length stand before it. [PROTOCOL 9] */
  readonly messages: boolean;
  /**
   * Connects.
   * @param bridge the bridge's URL, as in `http://127.0.0.1:8080`
   * @param place what comes behind it: `/connect?to=...` or the path of a route
   */
  open(bridge: string, place: string): Promise<Dialogue>;
}

/** The place of a target that the client names. */
export const free = (target: string): string => `/connect?to=${encodeURIComponent(target)}`;
