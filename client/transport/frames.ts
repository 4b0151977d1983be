/** Reads `as=frames` and `as=binary-text`: a type, three bytes of length, and so many bytes; in any cut. [PROTOCOL 5] */
import type { Edge } from './edge.ts';
import { createLines, MOST_LINE, type Read } from './lines.ts';

const HEAD_BYTES = 4;
const DATA = 68; // D
const RECORD = 82; // R

/** @returns takes the next piece; false where no bridge would say this: then it takes no more. */
export const createFrames = <C>(edge: Edge<C>, on: Read<C>): ((chunk: C) => boolean) => {
  /** No line begins with an R, and frames with nothing else: what refuses may speak in lines whatever was asked for. */
  let lines: ((text: string) => boolean) | null = null;
  let begun = false;
  let head: number[] = [];
  let left = 0;
  let record = '';

  const begin = (): boolean => {
    const [type, high, middle, low] = head as [number, number, number, number];
    left = high * 65_536 + middle * 256 + low;
    record = '';
    return type === DATA || (type === RECORD && left <= MOST_LINE);
  };
  const take = (part: C): void => {
    left -= edge.size(part);
    if (head[0] === DATA) on.data(part);
    else record += edge.toBinary(part);
    if (left > 0) return;
    if (head[0] === RECORD && record !== '' && record.charAt(0) !== '~') on.record(record);
    head = [];
  };

  return (chunk) => {
    const size = edge.size(chunk);
    if (size === 0) return true;
    if (!begun && edge.byteAt(chunk, 0) !== RECORD) lines = createLines(edge, on);
    begun = true;
    if (lines) return lines(edge.toBinary(chunk));
    on.alive();
    let at = 0;
    while (at < size) {
      if (head.length < HEAD_BYTES) {
        head.push(edge.byteAt(chunk, at));
        at += 1;
        if (head.length === HEAD_BYTES && !begin()) return false;
        if (head.length === HEAD_BYTES && left === 0) head = [];
        continue;
      }
      const part = edge.cut(chunk, at, Math.min(at + left, size));
      at += edge.size(part);
      take(part);
    }
    return true;
  };
};
