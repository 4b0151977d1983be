/** Messages with edges in a stream of bytes: each has its length before it, two bytes big-endian. [PROTOCOL 9] */
import type { Edge } from '../transport/edge.ts';

const HEADER_BYTES = 2;
const MOST_PACKET_BYTES = 0xffff;

/** @throws for more than 65535 bytes */
export const encodePacket = <C>(edge: Edge<C>, message: C): C => {
  const size = edge.size(message);
  if (size > MOST_PACKET_BYTES) throw new Error('A packet carries at most 65535 bytes.');
  return edge.join([edge.fromBinary(String.fromCharCode(size >> 8, size & 255)), message]);
};

/** Takes the next piece, however the stream is cut, and gives the messages that it completes. */
export const createPackets = <C>(edge: Edge<C>): ((piece: C) => C[]) => {
  let rest: C[] = [];
  let size = 0;
  return (piece) => {
    const packets: C[] = [];
    rest.push(piece);
    size += edge.size(piece);
    while (size >= HEADER_BYTES) {
      const head = edge.size(rest[0] as C) < HEADER_BYTES ? edge.join(rest) : (rest[0] as C);
      const end = HEADER_BYTES + edge.toBinary(head).charCodeAt(0) * 256 + edge.toBinary(head).charCodeAt(1);
      if (size < end) break;
      const all = rest.length === 1 ? (rest[0] as C) : edge.join(rest);
      packets.push(edge.cut(all, HEADER_BYTES, end));
      rest = size === end ? [] : [edge.cut(all, end, size)];
      size -= end;
    }
    return packets;
  };
};
