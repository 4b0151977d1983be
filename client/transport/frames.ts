/** Reads `as=frames` and `as=binary-text`: a type, three bytes of length, and so many bytes; in any cut. [PROTOCOL 5] */
import type { Edge } from './edge.ts';
import { createLines, MOST_LINE, type Read } from './lines.ts';

const HEAD_BYTES = 4;

/** @returns takes the next piece; false where no bridge would say this: then it takes no more. */
export const createFrames = <C>(edge: Edge<C>, on: Read<C>): ((chunk: C) => boolean) => {
  /** No line begins with an R, and frames with nothing else: what refuses may speak in lines whatever was asked for. */
  let lines: ((text: string) => boolean) | null = null;
  let begun = false;
  let head = '';
  let left = 0;
  let record = '';

  const take = (part: C): void => {
    const isData = head.charAt(0) === 'D';
    left -= edge.size(part);
    if (isData) on.data(part);
    else record += edge.toBinary(part);
    if (left > 0) return;
    if (record !== '' && record.charAt(0) !== '~') on.record(record);
    head = record = '';
  };

  return (chunk) => {
    const size = edge.size(chunk);
    if (!begun && size > 0) {
      begun = true;
      if (edge.toBinary(edge.cut(chunk, 0, 1)) !== 'R') lines = createLines(edge, on);
    }
    if (lines) return lines(edge.toBinary(chunk));
    on.alive();
    for (let at = 0; at < size; ) {
      const missing = HEAD_BYTES - head.length;
      const part = edge.cut(chunk, at, Math.min(at + (missing || left), size));
      at += edge.size(part);
      if (!missing) take(part);
      else {
        head += edge.toBinary(part);
        if (head.length < HEAD_BYTES) break;
        left = head.charCodeAt(1) * 65_536 + head.charCodeAt(2) * 256 + head.charCodeAt(3);
        if (!/^[DR]/.test(head) || (head.charAt(0) === 'R' && left > MOST_LINE)) return false;
        if (left === 0) head = '';
      }
    }
    return true;
  };
};
