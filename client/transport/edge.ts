/** Where chunks meet the wire: strings of characters 0..255 on old pages, `Uint8Array` elsewhere; never both in a session. */
import type { Bytes } from '../core/types.ts';
import { hasTypedArrays, newBytes } from './engine.ts';

export interface Edge<C> extends Bytes<C> {
  /** Of each character only the low byte counts. */
  fromBinary(text: string): C;
  toBinary(chunk: C): string;
  /** Where the engine has typed arrays. */
  fromBytes(view: Uint8Array): C;
  toBytes(chunk: C): Uint8Array;
}

const lowBytes = (text: string): string =>
  text.replace(/[\u0100-\uffff]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) & 255));

const binaryOf = (view: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < view.length; i += 1) text += String.fromCharCode(view[i] as number);
  return text;
};

const bytesOf = (text: string): Uint8Array => {
  const view = newBytes(text.length);
  for (let i = 0; i < text.length; i += 1) view[i] = text.charCodeAt(i);
  return view;
};

export const stringEdge: Edge<string> = {
  size: (chunk) => chunk.length,
  cut: (chunk, from, to) => chunk.slice(from, to),
  join: (chunks) => chunks.join(''),
  fromBinary: lowBytes,
  toBinary: (chunk) => chunk,
  fromBytes: binaryOf,
  toBytes: bytesOf,
};

const typedEdge: Edge<Uint8Array> = {
  size: (chunk) => chunk.length,
  cut: (chunk, from, to) => chunk.subarray(from, to),
  join: (chunks) => {
    let size = 0;
    for (let i = 0; i < chunks.length; i += 1) size += (chunks[i] as Uint8Array).length;
    const all = newBytes(size);
    let at = 0;
    for (let i = 0; i < chunks.length; i += 1) {
      all.set(chunks[i] as Uint8Array, at);
      at += (chunks[i] as Uint8Array).length;
    }
    return all;
  },
  // Elements of these arrays keep the low byte by themselves.
  fromBinary: bytesOf,
  toBinary: binaryOf,
  fromBytes: (view) => view,
  toBytes: (chunk) => chunk,
};

/** The edge for `Uint8Array`; null where the engine has none that work. */
export const bytesEdge = (): Edge<Uint8Array> | null => (hasTypedArrays ? typedEdge : null);
