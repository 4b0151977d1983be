/** The types of the class that is shaped like `WebSocket`. */
import type { Events, FaceEvent } from './events.ts';
import type { Binary, Data, SocketOptions } from './socket-types.ts';

export interface WebSocketOptions extends Pick<SocketOptions, 'url' | 'transports' | 'token' | 'keep' | 'share'> {
  /** `bytes` by default: as `binaryType` says. `text` gives texts; `string` gives and takes characters 0..255. */
  binary?: Binary;
}

type Handler = ((event: FaceEvent & Data) => void) | null;

/** What programs see; all of it is the instance's own. */
export interface WebSocketFace {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  url: string;
  readyState: number;
  bufferedAmount: number;
  protocol: string;
  extensions: string;
  binaryType: string;
  onopen: Handler;
  onmessage: Handler;
  onerror: Handler;
  onclose: Handler;
  send(data: unknown): void;
  close(code?: number, reason?: string): void;
  addEventListener: Events['addEventListener'];
  removeEventListener: Events['removeEventListener'];
  dispatchEvent(event: { type: string }): boolean;
}

export interface WebSocketClass {
  new (url: string, protocols?: string | string[]): WebSocketFace;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}
