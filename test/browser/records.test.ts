/** The pages' reading and writing of the wire, without a browser: every place where an answer can be cut in two. */
import { expect, test } from 'vitest';

interface WireRecord {
  name: string;
  words: string[];
}

interface Told {
  onRecord(record: WireRecord): void;
  onData(bytes: Uint8Array): void;
}

interface Records {
  createFrameReader(told: Told): (chunk: Uint8Array) => void;
  createLineReader(told: Told): (chunk: Uint8Array) => void;
  requestBody(parameters: Record<string, unknown>, payload?: Uint8Array): Uint8Array;
  parseInfo(words: string[]): Record<string, string | number>;
}

interface Bytes {
  fromHex(text: string): Uint8Array | null;
  hexDump(bytes: Uint8Array, offset: number): string;
  visibleText(bytes: Uint8Array): string;
  toBase64(bytes: Uint8Array): string;
  fromBase64(text: string): Uint8Array;
}

const load = (name: string) => import(new URL(`../../client/demo/${name}`, import.meta.url).href);
const records: Records = await load('records.js');
const bytes: Bytes = await load('bytes.js');

const frame = (type: string, payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(payload.length);
  head.write(type, 'latin1');
  return Buffer.concat([head, payload]);
};

const payload = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
const frames = Buffer.concat([
  frame('R', Buffer.from('AT 0 1')),
  frame('D', payload),
  frame('D', Buffer.alloc(0)),
  frame('R', Buffer.from('PING')),
  frame('R', Buffer.from('NO OFFSET down 1 2 some text')),
]);
const lines = Buffer.from(`~~~~\n\nAT 0 1\nDATA ${payload.toString('base64')}\nPING\nNO OFFSET down 1 2 some text\n`);

/** All that a reader tells of an answer in these pieces. */
const read = (create: (told: Told) => (chunk: Uint8Array) => void, pieces: readonly Uint8Array[]) => {
  const seen = { records: [] as string[], data: [] as Uint8Array[] };
  const push = create({
    onRecord: ({ name, words }) => void seen.records.push([name, ...words].join(' ')),
    onData: (piece) => void seen.data.push(piece),
  });
  for (const piece of pieces) push(piece);
  return { records: seen.records, data: Buffer.concat(seen.data) };
};

const wanted = { records: ['AT 0 1', 'PING', 'NO OFFSET down 1 2 some text'], data: payload };

test.each([
  ['frames', frames, records.createFrameReader],
  ['lines', lines, records.createLineReader],
] as const)('%s are read the same wherever they are cut, and byte by byte', (_, answer, create) => {
  for (let at = 0; at <= answer.length; at += 1) {
    expect(read(create, [answer.subarray(0, at), answer.subarray(at)])).toEqual(wanted);
  }
  expect(
    read(
      create,
      Array.from(answer, (byte) => Uint8Array.of(byte)),
    ),
  ).toEqual(wanted);
});

test('bytes of a frame that is cut were not in vain, a record that is cut is none', () => {
  const { records: told, data } = read(records.createFrameReader, [frames.subarray(0, 10 + 4 + 100)]);
  expect({ told, length: data.length }).toEqual({ told: ['AT 0 1'], length: 100 });
  expect(read(records.createFrameReader, [frames.subarray(0, 9)]).records).toEqual([]);
  expect(read(records.createLineReader, [lines.subarray(0, 11)]).records).toEqual([]);
});

test('what is not from a bridge is malformed', () => {
  const html = Buffer.from('<!doctype html>');
  expect(() => read(records.createFrameReader, [html])).toThrow('no frames');
  expect(() => read(records.createFrameReader, [Buffer.from([0x52, 1, 0, 0])])).toThrow('too long');
  expect(() => read(records.createLineReader, [Buffer.from('DATA =?=\n')])).toThrow('no base64');
  expect(() => read(records.createLineReader, [Buffer.alloc(20_000, 'x')])).toThrow('too long');
});

test('parameters are the first line of a body, URL-encoded, and absent ones are left out', () => {
  const body = records.requestBody({ to: '[::1]:7', token: undefined, at: 0, end: null }, Uint8Array.of(10, 255));
  expect(Buffer.from(body).toString('latin1')).toBe('to=%5B%3A%3A1%5D%3A7&at=0\n\n\u00ff');
});

test('INFO gives numbers where there are numbers', () => {
  expect(records.parseInfo(['id=a1', 'ping=0.2', 'window=4096'])).toEqual({ id: 'a1', ping: 0.2, window: 4096 });
});

test('hex is read as people write it, and refused where it is not', () => {
  expect(bytes.fromHex('00 ff:0A,0x1b')).toEqual(Uint8Array.of(0, 255, 10, 27));
  expect(bytes.fromHex('')).toEqual(new Uint8Array());
  expect(bytes.fromHex('f')).toBeNull();
  expect(bytes.fromHex('zz')).toBeNull();
});

test('rows of a dump begin at multiples of 16 wherever the bytes do', () => {
  const rows = bytes.hexDump(payload.subarray(0, 20), 14).split('\n');
  expect(rows.map((row) => row.slice(0, 8))).toEqual(['0000000e', '00000010', '00000020']);
  expect(rows[1]?.slice(10, 57)).toBe('02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11');
});

test('text shows control characters, and never one that moves other text', () => {
  expect(bytes.visibleText(Buffer.from('a\u0000\u001b\tb\r\n\u007f\u202e'))).toBe('a␀␛\tb\n␡\ufffd');
});

test('base64 there and back is the same', () => {
  const long = Buffer.concat(Array.from({ length: 100 }, () => payload));
  expect(Buffer.from(bytes.fromBase64(bytes.toBase64(long))).equals(long)).toBe(true);
});
