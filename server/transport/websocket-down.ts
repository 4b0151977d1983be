/** The down half of a WebSocket: takes from a reader and sends messages, as fast as the socket takes them. */
import type { WebSocket } from 'ws';
import type { SessionReader } from '../core/session.ts';

/** More than this waiting in the socket: wait until it is sent. */
const MOST_BUFFERED_BYTES = 64 * 1024;
const TAKE_BYTES = 64 * 1024;
const BINARY = { binary: true, compress: false };

export interface DownEvents {
  /** Cuts bytes into messages; by default each chunk is one. */
  cut?: (bytes: Uint8Array) => readonly Uint8Array[];
  /** Called after each chunk was handed to the socket. */
  sent?: () => void;
  /** Called after each round, when the reader has nothing more to give now. */
  idle: () => void;
}

/** @returns the loop to run whenever something may have changed. */
export const pumpDown = (ws: WebSocket, reader: SessionReader, { cut, sent, idle }: DownEvents): (() => void) => {
  const flushed = (): void => {
    if (reader.blocked && ws.bufferedAmount < MOST_BUFFERED_BYTES) {
      reader.blocked = false;
      run();
    }
  };
  const run = (): void => {
    while (!reader.blocked && ws.readyState === ws.OPEN) {
      const bytes = reader.take(TAKE_BYTES);
      if (!bytes) return idle();
      for (const message of cut ? cut(bytes) : [bytes]) ws.send(message, BINARY, flushed);
      reader.blocked = ws.bufferedAmount >= MOST_BUFFERED_BYTES;
      sent?.();
    }
  };
  reader.onChange(run);
  return run;
};
