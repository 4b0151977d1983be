/** The lines of a hosts file or a routes file: bytes become words, with the limits and the line numbers. */
import { Fault, HostsError } from './hosts-error.ts';

export interface Line {
  /** From 1. */
  number: number;
  /** What stands between blanks, without the comment; at least one. */
  words: readonly string[];
}

const LONGEST_LINE_BYTES = 1024;
const MOST_RULES = 10_000;
/** After so many faults the rest of a file is not worth telling. */
const MOST_FAULTS = 20;
const LF = 0x0a;
const CR = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Calls `parse` for each line that says something and returns what it made of them.
 * `parse` throws a Fault for a line that it does not accept.
 * @throws HostsError with all faults of the file
 */
export const parseLines = <T>(source: string | Uint8Array, file: string, parse: (line: Line) => T): T[] => {
  const bytes =
    typeof source === 'string' ? Buffer.from(source) : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const results: T[] = [];
  const faults: string[] = [];
  let at = bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  for (let number = 1; at < bytes.length && faults.length < MOST_FAULTS; number += 1) {
    const lineEnd = bytes.indexOf(LF, at);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    try {
      const words = wordsOf(bytes.subarray(at, end > at && bytes[end - 1] === CR ? end - 1 : end));
      if (words.length > 0) results.push(parse({ number, words }));
      if (results.length > MOST_RULES) throw new Fault(`there are more than ${MOST_RULES} rules`);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults.push(`${file}:${number}: ${error.message}`);
    }
    at = end + 1;
  }
  if (faults.length > 0) throw new HostsError(faults);
  return results;
};

const wordsOf = (bytes: Uint8Array): string[] => {
  if (bytes.length > LONGEST_LINE_BYTES) throw new Fault(`the line is longer than ${LONGEST_LINE_BYTES} bytes`);
  const text = decode(bytes);
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) throw new Fault('the line has a control byte');
  return (text.split('#', 1)[0] ?? '').split(/[ \t]+/).filter((word) => word !== '');
};

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault('the line is not UTF-8');
  }
};
