/** The readers of answers: what a bridge writes comes out as it was, in any cut, for both kinds of chunks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64url } from '../../../client/transport/base64.ts';
import { bytesEdge, type Edge, stringEdge } from '../../../client/transport/edge.ts';
import { createFrames } from '../../../client/transport/frames.ts';
import { createLines, MOST_LINE } from '../../../client/transport/lines.ts';
import { frames } from '../../../server/transport/encoding/frames.ts';
import { lines } from '../../../server/transport/encoding/lines.ts';

type Item = { record: string } | { data: Uint8Array };

const typed = bytesEdge();
if (!typed) throw new Error('this engine has typed arrays');
const all = Uint8Array.from({ length: 256 }, (_, value) => value);

const items = fc.array(
  fc.oneof(
    fc.constantFrom('PING', 'END', 'AGAIN', 'OK key', 'AT 0 1', '~~~~', '').map((record) => ({ record })),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((data) => ({ data })),
    fc.constant({ data: all }),
  ),
  { maxLength: 8 },
);

/** The whole of an answer as one binary string. */
const write = (encoding: typeof lines, list: readonly Item[]): string =>
  Buffer.concat(
    list
      .flatMap((item) => ('record' in item ? [encoding.record(item.record)] : encoding.data(item.data, 0)))
      .map((piece) => Buffer.from(piece as string, 'latin1')),
  ).toString('latin1');

const expected = (list: readonly Item[]) => ({
  records: list.flatMap((item) => ('record' in item && !/^~|^$/.test(item.record) ? [item.record] : [])),
  bytes: Buffer.concat(list.flatMap((item) => ('data' in item ? [item.data] : []))).toString('hex'),
});

const collect = <C>(edge: Edge<C>) => {
  const records: string[] = [];
  let binary = '';
  const on = {
    record: (text: string) => void records.push(text),
    data: (chunk: C) => {
      binary += edge.toBinary(chunk);
    },
    alive: () => {},
  };
  return { on, read: () => ({ records, bytes: Buffer.from(binary, 'latin1').toString('hex') }) };
};

const readLines = <C>(edge: Edge<C>, pieces: readonly string[]) => {
  const { on, read } = collect(edge);
  const take = createLines(edge, on);
  expect(pieces.every((piece) => take(piece))).toBe(true);
  return read();
};

const readFrames = <C>(edge: Edge<C>, pieces: readonly string[]) => {
  const { on, read } = collect(edge);
  const take = createFrames(edge, on);
  // As x-user-defined has them.
  const shown = (piece: string) => piece.replace(/[\x80-\xff]/g, (c) => String.fromCharCode(0xf700 + c.charCodeAt(0)));
  expect(pieces.every((piece) => take(edge.fromBinary(shown(piece))))).toBe(true);
  return read();
};

/** In two at each place, byte by byte, and whole. */
const cuts = (wire: string): string[][] => [
  [wire],
  wire.split(''),
  ...Array.from({ length: wire.length }, (_, at) => [wire.slice(0, at), wire.slice(at)]),
];

const fixed: Item[] = [
  { record: 'OK key' },
  { record: '~~~~~' },
  { data: all },
  { record: 'PING' },
  { data: all.subarray(250) },
  { record: 'AGAIN' },
];

describe.each([
  ['strings', stringEdge as Edge<unknown>],
  ['typed arrays', typed as Edge<unknown>],
])('as %s', (_, edge) => {
  test('lines cut at every place are the same records and bytes', () => {
    for (const pieces of cuts(write(lines, fixed))) expect(readLines(edge, pieces)).toEqual(expected(fixed));
  });

  test('frames cut at every place are the same records and bytes', () => {
    for (const pieces of cuts(write(frames, fixed))) {
      // The first letter tells frames from lines, and padding does not begin an answer of frames here.
      expect(readFrames(edge, pieces)).toEqual(expected(fixed));
    }
  });

  test('any answer in any cuts is what it was', () => {
    fc.assert(
      fc.property(items, fc.array(fc.nat(), { maxLength: 6 }), (list, places) => {
        const cut = (wire: string): string[] => {
          const at = [0, ...places.map((place) => place % (wire.length + 1)).sort((a, b) => a - b), wire.length];
          return at.slice(1).map((end, index) => wire.slice(at[index], end));
        };
        expect(readLines(edge, cut(write(lines, list)))).toEqual(expected(list));
        const framed = [{ record: 'OK key' }, ...list];
        expect(readFrames(edge, cut(write(frames, framed)))).toEqual(expected(framed));
      }),
      { numRuns: 100 },
    );
  });

  test('a refusal in lines is understood where frames were asked for', () => {
    for (const line of ['NO GONE no such session\n', 'MOVED 3\n', '<html>\n']) {
      expect(readFrames(edge, line.split('')).records).toEqual([line.trimEnd()]);
    }
  });

  test('base64 and binary text come back from every byte and length', () => {
    for (let length = 0; length < 9; length += 1) {
      for (const at of [0, 100, 247]) {
        const binary = Buffer.from(all.subarray(at, at + length)).toString('latin1');
        const text = Buffer.from(binary, 'latin1').toString('base64');
        expect(decodeBase64(text)).toBe(binary);
        expect(encodeBase64url(binary)).toBe(Buffer.from(binary, 'latin1').toString('base64url'));
        expect(edge.toBytes(edge.fromBinary(binary))).toEqual(new Uint8Array(Buffer.from(binary, 'latin1')));
      }
    }
    for (const text of ['A', 'AB=', 'A===', '====', 'AB=C', 'A*==', 'AA\n=']) expect(decodeBase64(text)).toBe(null);
  });

  test('chunks are measured, cut and joined by bytes', () => {
    const chunk = edge.fromBinary('\0\xff\x80ab');
    expect(edge.size(chunk)).toBe(5);
    expect(edge.toBinary(edge.cut(chunk, 1, 2))).toBe('\xff');
    const joined = edge.join([edge.cut(chunk, 0, 2), edge.cut(chunk, 2, 2), edge.cut(chunk, 2, 5)]);
    expect(edge.toBinary(joined)).toBe('\0\xff\x80ab');
    expect(edge.size(edge.join([]))).toBe(0);
  });
});

test('a last line without its end is not told', () => {
  expect(readLines(stringEdge, ['PING\nAGA'])).toEqual({ records: ['PING'], bytes: '' });
});

test('what no bridge says is refused', () => {
  const { on } = collect(stringEdge);
  expect(createLines(stringEdge, on)('DATA *\n')).toBe(false);
  expect(createLines(stringEdge, on)('x'.repeat(MOST_LINE + 1))).toBe(false);
  expect(createLines(stringEdge, on)(`${'x'.repeat(MOST_LINE + 1)}\n`)).toBe(false);
  expect(createFrames(stringEdge, on)('R\0\0\x01AX\0\0\0')).toBe(false);
  expect(createFrames(stringEdge, on)('R\x01\0\0')).toBe(false);
});
