/** A WebSocket of a client that knows nothing of netwine: bytes only, both ways. [PROTOCOL 8, any other subprotocol] */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { NetwineError } from '../core/errors.ts';
import { encodePacket, PacketDecoder } from '../core/framing.ts';
import type { Session } from '../core/session.ts';
import type { TransportOptions } from './context.ts';
import { pumpDown } from './websocket-down.ts';
import { closeWith } from './websocket-session.ts';

const NORMAL = 1000;

interface Plain {
  /** The connection under the WebSocket. */
  socket: Duplex;
  options: TransportOptions;
}

/** Joins a socket and a session that nobody else has the key of; each ends with the other. */
export const servePlain = (ws: WebSocket, session: Session, { socket, options }: Plain): void => {
  const packets = session.framing === 'packets' ? new PacketDecoder() : null;
  const reader = session.attach({ from: 0, connect: true });
  if (typeof reader === 'number') return ws.terminate();
  const forget = (): void => options.router.sessions.forget(session);
  const up = new UpQueue(ws, session);
  let ended = false;
  const run = pumpDown(ws, reader, {
    ...(packets ? { cut: (bytes) => packets.push(bytes) } : {}),
    // Nobody can attach again, so what the socket has is done with.
    sent: () => session.ack(reader.position),
    idle: () => {
      if (reader.over && session.code) closeWith(ws, session.code);
      else if (reader.ended && !up.pending) {
        ended = true;
        ws.close(NORMAL);
      }
    },
  });
  ws.on('message', (data: Buffer) => up.push(data, packets !== null));
  ws.on('pong', () => session.touch());
  const ping = setInterval(() => ws.ping(), options.pingMs);
  ws.on('close', (code) => {
    clearInterval(ping);
    reader.detach();
    // A close of ours that was never answered is none of the client's: what it said before is still written. But what
    // stood unread behind a slow target when the time for the close was over is lost: that is no clean end.
    up.finish(isClean(code) || (ended && (socket.readableEnded || !up.pending)));
    if (session.code) forget();
    else session.target.once('close', forget);
  });
  run();
};

const isClean = (code: number): boolean => code === NORMAL || code === 1001 || code === 1005;

/** Messages that the target has not taken: while there are any the socket is not read. */
class UpQueue {
  readonly #ws: WebSocket;
  readonly #session: Session;
  #waiting: Uint8Array[] = [];
  #leaves = false;

  constructor(ws: WebSocket, session: Session) {
    this.#ws = ws;
    this.#session = session;
    session.writes = 'offsets';
    session.onRoom(() => this.#drain());
  }

  /** Whether the target is behind; then more is likely to stand in the socket, which a close gives only 30 s. */
  get pending(): boolean {
    const { up } = this.#session;
    return this.#waiting.length > 0 || up.handed < up.next;
  }

  push(message: Uint8Array, framed: boolean): void {
    this.#session.touch();
    try {
      this.#waiting.push(framed ? encodePacket(message) : message);
    } catch (cause) {
      const code = cause instanceof NetwineError ? cause.code : 'INTERNAL';
      return closeWith(this.#ws, code);
    }
    this.#drain();
  }

  /** The socket is closed: what it said is still written, unless it broke. */
  finish(clean: boolean): void {
    if (!clean) return this.#session.close('RESET');
    this.#leaves = true;
    this.#drain();
  }

  #drain(): void {
    const { up, code } = this.#session;
    while (this.#waiting.length > 0 && !code) {
      const first = this.#waiting[0] as Uint8Array;
      const done = up.accept(up.next, first);
      // Nothing else is heard of the client meanwhile, and a target that takes a little is not one that takes nothing.
      if (done > 0) this.#session.touch();
      if (done < first.length) {
        this.#waiting[0] = first.subarray(done);
        return this.#ws.pause();
      }
      this.#waiting.shift();
    }
    if (this.#leaves && !code && up.endAt === null) this.#session.leave(up.next, this.#session.keepMs);
    else if (this.#ws.isPaused) this.#ws.resume();
  }
}
