/** Packets: encoding and decoding of length-prefixed messages, cut anywhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket, PacketDecoder } from '../../../server/core/framing.ts';

const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Pieces of a stream: the numbers say where it is cut, modulo its length. */
const cut = (stream: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const places = [0, ...at.map((n) => n % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return places.slice(1).map((to, index) => stream.slice(places[index], to));
};

describe('encodePacket', () => {
  it('writes the length in two bytes, the high one first', () => {
    expect([...encodePacket(new Uint8Array(258).fill(7)).subarray(0, 3)]).toEqual([1, 2, 7]);
  });

  it('makes two zero bytes of an empty message', () => {
    expect([...encodePacket(new Uint8Array(0))]).toEqual([0, 0]);
  });

  it('takes 65535 bytes and refuses one more', () => {
    expect(encodePacket(new Uint8Array(65_535))).toHaveLength(65_537);
    expect(() => encodePacket(new Uint8Array(65_536))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });
});

describe('PacketDecoder', () => {
  it('gives the same packets for every cut of the stream', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 12 });
    const cuts = fc.array(fc.nat(), { maxLength: 40 });
    fc.assert(
      fc.property(messages, cuts, (sent, at) => {
        const decoder = new PacketDecoder();
        const came = cut(join(sent.map(encodePacket)), at).flatMap((piece) => decoder.push(piece));
        expect(came.map((packet) => [...packet])).toEqual(sent.map((message) => [...message]));
        expect(decoder.pending).toBe(0);
      }),
    );
  });

  it('gives the same packets one byte at a time, when every piece is overwritten afterwards', () => {
    const decoder = new PacketDecoder();
    const piece = new Uint8Array(1);
    const came: number[][] = [];
    for (const byte of [0, 3, 1, 2, 3, 0, 0, 0, 1, 9]) {
      piece[0] = byte;
      for (const packet of decoder.push(piece)) came.push([...packet]);
      piece[0] = 255;
    }
    expect(came).toEqual([[1, 2, 3], [], [9]]);
  });

  it('counts what it keeps of an unfinished packet', () => {
    const decoder = new PacketDecoder();
    expect(decoder.pending).toBe(0);
    decoder.push(Uint8Array.of(0));
    expect(decoder.pending).toBe(1);
    decoder.push(Uint8Array.of(4, 1, 2, 3));
    expect(decoder.pending).toBe(5);
    expect(decoder.push(Uint8Array.of(4, 0))).toEqual([Uint8Array.of(1, 2, 3, 4)]);
    expect(decoder.pending).toBe(1);
  });

  it('never keeps more than one packet', () => {
    const decoder = new PacketDecoder();
    const stream = join(Array.from({ length: 8 }, () => encodePacket(new Uint8Array(65_535))));
    for (let at = 0; at < stream.length; at += 50_000) {
      decoder.push(stream.subarray(at, at + 50_000));
      expect(decoder.pending).toBeLessThan(65_537);
    }
    expect(decoder.pending).toBe(0);
  });
});
