/** Watches the socket of an upgrade until a WebSocket takes it over: nobody else reads it while the target is dialled. */
import type { Duplex } from 'node:stream';

export interface EarlySocket {
  /** Aborted when the client has left. */
  readonly gone: AbortSignal;
  /** Hands the socket over, with what the client has sent meanwhile put back. */
  release(): void;
}

/** @param mostBytes what is kept of a client that does not wait for the 101; then it is no longer read. */
export const watchEarly = (socket: Duplex, mostBytes: number): EarlySocket => {
  const controller = new AbortController();
  const kept: Uint8Array[] = [];
  let bytes = 0;
  const leave = (): void => controller.abort();
  const keep = (chunk: Uint8Array): void => {
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostBytes) socket.pause();
  };
  socket.on('data', keep).once('end', leave).once('close', leave);
  return {
    gone: controller.signal,
    release: () => {
      socket.off('data', keep).off('end', leave).off('close', leave);
      socket.pause();
      if (bytes > 0) socket.unshift(Buffer.concat(kept));
    },
  };
};
