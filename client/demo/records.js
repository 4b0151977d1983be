/** The wire's forms, both ways: parameters of requests, records and bytes of answers. [server/PROTOCOL.md 2, 4, 5] */
import { fromBase64, joinBytes } from './bytes.js';

const HEAD_BYTES = 4;
const DATA = 0x44; // D
const RECORD = 0x52; // R
/** A record is short; whatever claims to be longer is not from a bridge. */
const MOST_RECORD_BYTES = 4096;
const MOST_LINE_CHARACTERS = 16_384;

/** An answer that no bridge would give. */
export class MalformedAnswer extends Error {}

/** A request's body: its parameters as the first line, so that no key stands in a URL, then the payload. */
export const requestBody = (parameters, payload = new Uint8Array()) => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  return joinBytes([new TextEncoder().encode(`${new URLSearchParams(given)}\n`), payload]);
};

/** A record's name and words: `NO OFFSET up 5 10 some text` has the words OFFSET, up, 5, 10, some, text. */
export const parseRecord = (line) => {
  const [name, ...words] = line.split(' ');
  return { name, words };
};

/** The values of an INFO record, numbers as numbers. */
export const parseInfo = (words) =>
  Object.fromEntries(
    words.map((word) => {
      const [name, value = ''] = word.split('=');
      return [name, /^\d+(\.\d+)?$/.test(value) ? Number(value) : value];
    }),
  );

/**
 * Reads `as=frames`. Bytes of a long frame are passed on as they come, so that an answer cut in it was not in vain.
 * @returns a function that takes chunks; it throws MalformedAnswer where they are no frames.
 */
export const createFrameReader = ({ onRecord, onData }) => {
  let head = new Uint8Array();
  let record = [];
  let type = 0;
  let left = 0;
  const begin = () => {
    type = head[0];
    left = head[1] * 65536 + head[2] * 256 + head[3];
    head = new Uint8Array();
    if (type !== DATA && type !== RECORD) throw new MalformedAnswer('This answer has no frames.');
    if (type === RECORD && left > MOST_RECORD_BYTES) throw new MalformedAnswer('A record is too long.');
  };
  const take = (piece) => {
    left -= piece.length;
    if (type === DATA) {
      if (piece.length > 0) onData(piece);
      return;
    }
    record.push(piece);
    if (left > 0) return;
    const line = new TextDecoder().decode(joinBytes(record));
    record = [];
    onRecord(parseRecord(line));
  };
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const piece = chunk.subarray(at, at + HEAD_BYTES - head.length);
        head = joinBytes([head, piece]);
        at += piece.length;
        if (head.length < HEAD_BYTES) return;
        begin();
        if (left === 0) take(new Uint8Array());
      } else {
        const piece = chunk.subarray(at, at + left);
        at += piece.length;
        take(piece);
      }
    }
  };
};

const decoded = (text = '') => {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new MalformedAnswer('A line is no base64.', { cause });
  }
};

/**
 * Reads `as=lines`, and every answer that is one line.
 * @returns a function that takes chunks; it throws MalformedAnswer where they are no records.
 */
export const createLineReader = ({ onRecord, onData }) => {
  const decoder = new TextDecoder();
  let kept = '';
  return (chunk) => {
    const lines = (kept + decoder.decode(chunk, { stream: true })).split('\n');
    kept = lines.pop();
    for (const line of lines) {
      if (line === '' || line.startsWith('~')) continue;
      const { name, words } = parseRecord(line);
      if (name === 'DATA') onData(decoded(words[0]));
      else onRecord({ name, words });
    }
    if (kept.length > MOST_LINE_CHARACTERS) throw new MalformedAnswer('A line is too long.');
  };
};
