/** What programs hand to `send`, and what they find in `event.data`. [WebSockets 3, send and binaryType] */
import { attempted, hasBlobs, newBlob, newBytes } from '../transport/engine.ts';

export interface BlobLike {
  size: number;
  slice: unknown;
  arrayBuffer?: () => { then(run: (buffer: ArrayBuffer) => void, fail: () => void): unknown };
}
interface FileReader {
  result: ArrayBuffer;
  onload: () => void;
  onerror: () => void;
  readAsArrayBuffer(blob: BlobLike): void;
}
declare const FileReader: new () => FileReader;

interface View {
  buffer: ArrayBuffer;
  byteOffset: number;
  byteLength: number;
}
type MakeView = new (buffer: ArrayBuffer, from: number, size: number) => Uint8Array;

/** By what they have, not by what made them: they may come from another frame. */
const isBytes = (data: unknown): data is View | ArrayBuffer =>
  typeof data === 'object' && data !== null && typeof (data as View).byteLength === 'number';

export const isBlob = (data: unknown): data is BlobLike =>
  typeof data === 'object' && data !== null && typeof (data as BlobLike).size === 'number' && 'slice' in data;

const viewOf = (data: View | ArrayBuffer): Uint8Array => {
  const { buffer, byteOffset, byteLength } = data as View;
  if (!buffer) return newBytes(data as ArrayBuffer);
  return new (Uint8Array as unknown as MakeView)(buffer, byteOffset, byteLength);
};

/** A text, or a view of bytes; whatever else it is becomes a text. */
export const sendable = (data: unknown): string | Uint8Array => (isBytes(data) ? viewOf(data) : String(data));

/** @param done gets null where it cannot be read */
export const readBlob = (blob: BlobLike, done: (bytes: Uint8Array | null) => void): void => {
  const fail = (): void => done(null);
  if (typeof blob.arrayBuffer === 'function') {
    blob.arrayBuffer().then((buffer) => done(newBytes(buffer)), fail);
    return;
  }
  const reader = attempted(() => new FileReader());
  if (!reader) return fail();
  reader.onload = () => done(newBytes(reader.result));
  reader.onerror = fail;
  reader.readAsArrayBuffer(blob);
};

/** What a program finds in a message: a string stays one; bytes are a Blob, or an ArrayBuffer of nothing else. */
export const received = (data: string | Uint8Array, binaryType: string): unknown => {
  if (typeof data === 'string') return data;
  if (binaryType === 'blob' && hasBlobs) return newBlob([data]);
  if (data.byteLength === data.buffer.byteLength) return data.buffer;
  return newBytes(data as unknown as number[]).buffer;
};
