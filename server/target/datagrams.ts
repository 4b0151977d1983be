/** A connected UDP socket as a stream of packets, both ways. [PROTOCOL 9] */
import type { RemoteInfo, Socket } from 'node:dgram';
import { Duplex } from 'node:stream';
import { NetwineError } from '../core/errors.ts';
import { encodePacket, PacketDecoder } from '../core/framing.ts';
import { dialFailure } from './failure.ts';

/** What IPv4 has room for: 65535 less the headers of IP and UDP. */
const MAX_DATAGRAM_BYTES = 65_507;
/** What waits for a reader that does not take; beyond either bound datagrams are dropped, as UDP may. */
const MAX_WAITING = 256;
const MAX_WAITING_BYTES = 256 * 1024;
/** Sends that go out in a row before the rest of the process gets its turn: 64 KiB hold 32768 empty packets. */
const SENDS_PER_TURN = 64;

type Callback = (error?: Error | null) => void;

export interface DatagramsOptions {
  /** Whose datagrams count. The system filters too, but not before the socket was connected. */
  peer: { address: string; port: number };
  /** Silence in both directions after which the stream fails with IDLE. */
  idleMs: number;
  /** Silence of the target after which the stream ends once the client has ended. */
  lingerMs: number;
}

/**
 * Fails with TOO_LARGE (a longer datagram than UDP has), BAD_REQUEST (the client ended within a packet), IDLE, and
 * REFUSED or UNREACHABLE where the network says so by ICMP.
 *
 * UDP has no end. That of the client closes nothing by itself, or the answer to its last question were lost: the
 * stream goes on giving what comes, and ends when nothing has come for `lingerMs`. The target never ends first.
 */
export class Datagrams extends Duplex {
  readonly #socket: Socket;
  readonly #peer: DatagramsOptions['peer'];
  readonly #lingerMs: number;
  readonly #decoder = new PacketDecoder();
  readonly #waiting: Uint8Array[] = [];
  #timer: NodeJS.Timeout;
  #waitingBytes = 0;
  #wanted = false;
  #over = false;
  #closed = false;
  #dropped = 0;

  /** @param socket connected; from here on it is this stream's. */
  constructor(socket: Socket, { peer, idleMs, lingerMs }: DatagramsOptions) {
    // One frame in Node's own buffer: the rest waits here, where it is bounded by number too.
    super({ readableHighWaterMark: 1 });
    this.#socket = socket;
    this.#peer = peer;
    this.#lingerMs = Math.min(lingerMs, idleMs);
    this.#timer = setTimeout(() => this.destroy(new NetwineError('IDLE')), idleMs);
    socket.on('message', (message, from) => this.#receive(message, from));
    socket.on('error', (error) => this.destroy(dialFailure(error)));
    // As with a TargetSocket: an error between two owners must not end the process.
    this.on('error', () => {});
  }

  /** Datagrams that came while the reader did not take; what the system itself drops is not counted. */
  get dropped(): number {
    return this.#dropped;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    this.#send(this.#decoder.push(chunk), 0, callback);
  }

  override _final(callback: Callback): void {
    if (this.#decoder.pending > 0) {
      callback(new NetwineError('BAD_REQUEST', { text: 'the client ended within a packet' }));
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#finish(), this.#lingerMs);
    callback();
  }

  override _read(): void {
    const frame = this.#waiting.shift();
    if (frame) {
      this.#waitingBytes -= frame.length;
      this.push(frame);
    } else if (this.#over) this.push(null);
    else this.#wanted = true;
  }

  override _destroy(error: Error | null, callback: Callback): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#close(() => callback(error));
  }

  /** One after another, so that the callback means: all of them are with the operating system. */
  #send(packets: readonly Uint8Array[], from: number, callback: Callback): void {
    const packet = packets[from];
    if (!packet || this.destroyed) {
      callback();
      return;
    }
    if (packet.length > MAX_DATAGRAM_BYTES) {
      callback(new NetwineError('TOO_LARGE', { text: 'a datagram carries at most 65507 bytes' }));
      return;
    }
    this.#timer.refresh();
    const next = (): void => this.#send(packets, from + 1, callback);
    this.#socket.send(packet, (error) => {
      if (error) callback(dialFailure(error));
      else if (from % SENDS_PER_TURN === SENDS_PER_TURN - 1) setImmediate(next);
      else next();
    });
  }

  #receive(message: Uint8Array, from: RemoteInfo): void {
    if (this.#over || from.port !== this.#peer.port || from.address !== this.#peer.address) return;
    this.#timer.refresh();
    const frame = encodePacket(message);
    if (this.#wanted) {
      this.#wanted = false;
      if (this.push(frame)) this.#wanted = true;
    } else if (this.#waiting.length < MAX_WAITING && this.#waitingBytes + frame.length <= MAX_WAITING_BYTES) {
      this.#waiting.push(frame);
      this.#waitingBytes += frame.length;
    } else this.#dropped += 1;
  }

  #finish(): void {
    this.#over = true;
    this.#close(() => {});
    if (this.#wanted) this.push(null);
  }

  #close(done: () => void): void {
    if (this.#closed) {
      done();
      return;
    }
    this.#closed = true;
    this.#socket.close(done);
  }
}
