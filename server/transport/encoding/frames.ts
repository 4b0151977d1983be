/** `frames` and `binary-text`: a type byte, a 3-byte big-endian length, the payload. */
import type { Encoding } from './encoding.ts';

const HEAD_BYTES = 4;
const DATA_TYPE = 0x44; // D
const RECORD_TYPE = 0x52; // R

const writeHead = (head: Uint8Array, type: number, length: number): void => {
  head[0] = type;
  head[1] = length >>> 16;
  head[2] = length >>> 8;
  head[3] = length;
};

export const frames: Encoding = {
  contentType: 'application/octet-stream',
  hidesStatus: false,
  record(text) {
    const frame = Buffer.allocUnsafe(HEAD_BYTES + text.length);
    writeHead(frame, RECORD_TYPE, text.length);
    frame.write(text, HEAD_BYTES, 'latin1');
    return frame;
  },
  data(bytes) {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    writeHead(head, DATA_TYPE, bytes.length);
    return [head, bytes];
  },
};

/** The same bytes for engines that read them as text, one character a byte. */
export const binaryText: Encoding = { ...frames, contentType: 'text/plain; charset=x-user-defined' };
