/** Reads `as=lines`: text in any cut becomes records and bytes. [PROTOCOL 4, 5] */
import type { AnswerEvents } from '../core/types.ts';
import { decodeBase64 } from './base64.ts';
import type { Edge } from './edge.ts';

/** No bridge writes a longer line. */
export const MOST_LINE = 16_384;

/** What a reader of an answer tells; the end is known to others. */
export type Read<C> = Pick<AnswerEvents<C>, 'record' | 'data' | 'alive'>;

/** One line without its end. @returns false where no bridge would say this */
export const readLine = <C>(edge: Edge<C>, line: string, on: Read<C>): boolean => {
  if (line.slice(0, 5) === 'DATA ') {
    const binary = decodeBase64(line.slice(5));
    if (binary === null) return false;
    on.data(edge.fromBinary(binary));
  } else if (line === '' || line.charAt(0) === '~') on.alive();
  else on.record(line);
  return true;
};

/** @returns takes the next piece; false where no bridge would say this: then it takes no more. A last line without end is never told. */
export const createLines = <C>(edge: Edge<C>, on: Read<C>): ((text: string) => boolean) => {
  let rest = '';
  return (text) => {
    rest += text;
    let at = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', at)) {
      if (end - at > MOST_LINE || !readLine(edge, rest.slice(at, end), on)) return false;
      at = end + 1;
    }
    rest = rest.slice(at);
    if (at === 0 && text !== '') on.alive();
    return rest.length <= MOST_LINE;
  };
};
