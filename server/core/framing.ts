/** The packets framing: how messages with edges travel in a stream of bytes. [PROTOCOL 9] */
import { NetwineError } from './errors.ts';

const HEADER_BYTES = 2;
const MAX_PACKET_BYTES = 0xffff;

/**
 * One message with its 16-bit big-endian length before it; an empty message is two zero bytes.
 * @throws NetwineError TOO_LARGE for more than 65535 bytes.
 */
export const encodePacket = (message: Uint8Array): Uint8Array => {
  if (message.length > MAX_PACKET_BYTES) {
    throw new NetwineError('TOO_LARGE', { text: 'a packet carries at most 65535 bytes' });
  }
  const frame = new Uint8Array(HEADER_BYTES + message.length);
  frame[0] = message.length >>> 8;
  frame[1] = message.length & 0xff;
  frame.set(message, HEADER_BYTES);
  return frame;
};

/**
 * Cuts a stream back into its messages, however the stream arrives in pieces.
 *
 *   | high | low | message ...... | high | low | mess...     the last, unfinished packet is kept
 */
export class PacketDecoder {
  #pending = 0;
  #length = 0;
  /** The unfinished message, allocated once its length is known. */
  #body: Uint8Array | null = null;

  /** Bytes kept of the unfinished packet, its length field included; 0 between packets. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Takes the next piece and gives the messages that it completes. A message that lies whole in the piece is a view
   * of it, not a copy: it is good for as long as the piece is.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#pending < HEADER_BYTES ? this.#takeHeader(rest) : rest;
      if (this.#pending < HEADER_BYTES) break;
      const missing = this.#length - (this.#pending - HEADER_BYTES);
      const part = rest.subarray(0, missing);
      rest = rest.subarray(part.length);
      if (part.length === missing) packets.push(this.#finish(part));
      else this.#keep(part);
    }
    return packets;
  }

  #takeHeader(bytes: Uint8Array): Uint8Array {
    let at = 0;
    for (; this.#pending < HEADER_BYTES && at < bytes.length; at += 1) {
      this.#length = (this.#length << 8) | (bytes[at] as number);
      this.#pending += 1;
    }
    return bytes.subarray(at);
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#body ??= new Uint8Array(this.#length);
    this.#body.set(part, this.#pending - HEADER_BYTES);
    this.#pending += part.length;
  }

  #finish(last: Uint8Array): Uint8Array {
    const body = this.#body;
    body?.set(last, body.length - last.length);
    this.#pending = 0;
    this.#length = 0;
    this.#body = null;
    return body ?? last;
  }
}
