/** A WebSocket of subprotocol `netwine.1`: records as text, bytes as binary, offsets implied. [PROTOCOL 8] */
import type { WebSocket } from 'ws';
import { asNetwineError, type FailureCode, failures, NetwineError } from '../core/errors.ts';
import type { SessionReader } from '../core/session.ts';
import type { TransportOptions } from './context.ts';
import { Deadlines } from './deadlines.ts';
import { pumpDown } from './websocket-down.ts';

export const SUBPROTOCOL = 'netwine.1';

/** The bridge acknowledges at least this often while bytes come. */
const ACK_MS = 1000;
const ACK = /^ACK (0|[1-9]\d{0,15})$/;
const NORMAL = 1000;

/** Closes a socket with the code of a failure. */
export const closeWith = (ws: WebSocket, code: FailureCode): void =>
  ws.close(failures[code].close, failures[code].text);

/** Says why, as a record, and closes; the session stays. */
export const refuseSocket = (ws: WebSocket, cause: unknown, options: TransportOptions): void => {
  const error = asNetwineError(cause);
  if (error.code === 'INTERNAL') options.onInternal(error.cause);
  ws.send(error.record);
  closeWith(ws, error.code);
};

/** One attached socket; the session outlives it. */
export class SocketSession {
  readonly #ws: WebSocket;
  readonly #reader: SessionReader;
  readonly #options: TransportOptions;
  readonly #deadlines = new Deadlines<'ack' | 'ping'>((moment) => this.#due(moment));
  readonly #run: () => void;
  /** The offset of the next binary message. */
  #at: number;
  #acked: number;
  #toldRoom: number;
  #toldEnded = false;
  #endTold: boolean;
  #over = false;

  constructor(
    ws: WebSocket,
    reader: SessionReader,
    { endSeen, options }: { endSeen: boolean; options: TransportOptions },
  ) {
    const { session } = reader;
    this.#ws = ws;
    this.#reader = reader;
    this.#options = options;
    this.#endTold = endSeen;
    this.#at = session.up.next;
    this.#acked = this.#at;
    this.#toldRoom = session.up.room;
    this.#run = pumpDown(ws, reader, { idle: () => this.#idle(), sent: () => this.#alive() });
  }

  start(): void {
    const ws = this.#ws;
    ws.on('message', (data: Buffer, binary: boolean) => this.#message(data, binary));
    ws.on('pong', () => this.#reader.session.touch());
    ws.on('close', () => this.#stop());
    this.#alive();
    this.#run();
  }

  #message(data: Buffer, binary: boolean): void {
    if (this.#over || this.#reader.moved !== null || this.#ws.readyState !== this.#ws.OPEN) return;
    this.#reader.session.touch();
    // Who speaks here has the key: a late repeat of the connect must not take the session away.
    this.#reader.session.used = true;
    try {
      if (binary) this.#bytes(data);
      else this.#record(data.toString('latin1'));
    } catch (cause) {
      this.#over = true;
      refuseSocket(this.#ws, cause, this.#options);
    }
  }

  #bytes(data: Buffer): void {
    const { session } = this.#reader;
    if (session.code) return;
    session.writes ??= 'offsets';
    if (session.writes !== 'offsets')
      throw new NetwineError('BAD_REQUEST', { text: 'this session is written by appends' });
    session.up.checkWrite(this.#at, data.length);
    const done = session.up.accept(this.#at, data);
    this.#at += done;
    if (done < data.length && !session.code) throw session.up.offsetFailure();
    if (session.up.next - this.#acked >= session.up.capacity / 4) this.#acknowledge();
    else this.#deadlines.setOnce('ack', performance.now() + ACK_MS);
  }

  #record(text: string): void {
    const { session } = this.#reader;
    const ack = ACK.exec(text);
    if (ack) session.ack(Number(ack[1]));
    else if (text === 'END' && !session.code) session.end(this.#at);
  }

  /** Nothing more to send now: say what has changed. */
  #idle(): void {
    const { session, moved } = this.#reader;
    if (this.#over) return;
    if (moved !== null) {
      this.#over = true;
      this.#ws.send(`MOVED ${moved}`);
      return this.#ws.close(NORMAL);
    }
    const { up } = session;
    const grown = this.#toldRoom < up.capacity / 4 && up.room > this.#toldRoom;
    if (!session.code && (grown || (up.ended && !this.#toldEnded))) this.#acknowledge();
    if (this.#reader.ended && !this.#endTold) {
      this.#endTold = true;
      this.#say('END');
    }
    if (this.#reader.over && session.code) {
      this.#over = true;
      this.#say(session.finalRecord ?? '');
      closeWith(this.#ws, session.code);
    }
  }

  #acknowledge(): void {
    const { up } = this.#reader.session;
    this.#deadlines.clear('ack');
    this.#acked = up.next;
    this.#toldRoom = up.room;
    this.#toldEnded = up.ended;
    this.#say(`ACK ${up.next} ${up.room}${up.ended ? ' END' : ''}`);
  }

  #say(record: string): void {
    this.#alive();
    this.#ws.send(record);
  }

  /** Something is being sent: the next ping is due a whole silence later. */
  #alive(): void {
    this.#deadlines.set('ping', performance.now() + this.#options.pingMs);
  }

  #due(moment: 'ack' | 'ping'): void {
    if (this.#over) return;
    if (moment === 'ack') return this.#acknowledge();
    // The record is for the client's watch, the ping for a pong: a sign of it.
    this.#say('PING');
    this.#ws.ping();
  }

  #stop(): void {
    this.#over = true;
    this.#deadlines.stop();
    this.#reader.detach();
  }
}
