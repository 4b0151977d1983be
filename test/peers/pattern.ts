/** A long stream of bytes that can be made from any offset on, in which no place looks like another. */
import { createHash, randomBytes } from 'node:crypto';

export const PIECE_BYTES = 64 * 1024;

const base = randomBytes(PIECE_BYTES);

/** The bytes of a piece: those of all pieces, with its number at both ends and in the middle. */
export const piece = (index: number): Buffer => {
  const bytes = Buffer.from(base);
  for (const at of [0, PIECE_BYTES / 2, PIECE_BYTES - 4]) bytes.writeUInt32BE(index, at);
  return bytes;
};

/** The bytes from an offset to the end of the piece that it lies in. */
export const pieceFrom = (offset: number): Buffer =>
  piece(Math.floor(offset / PIECE_BYTES)).subarray(offset % PIECE_BYTES);

/** The sha256 of the first bytes of the stream. */
export const sha256Of = (bytes: number): string => {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes; at += PIECE_BYTES) hash.update(pieceFrom(at).subarray(0, bytes - at));
  return hash.digest('hex');
};
