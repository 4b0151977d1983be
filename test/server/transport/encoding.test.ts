/** The encodings: what goes in comes out of a reader written after PROTOCOL 5, for any bytes and any cut. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type EncodingName, encodingOf, encodings, type Piece } from '../../../server/transport/encoding/index.ts';
import { frameRecords, scriptRecords } from '../../support/old-engines.ts';

type Item = { record: string } | { data: Uint8Array };

const items = fc.array(
  fc.oneof(
    fc.constantFrom('PING', 'END', 'AGAIN', 'OK key', 'AT 0 1').map((record) => ({ record })),
    fc.uint8Array({ minLength: 1, maxLength: 9000 }).map((data) => ({ data })),
  ),
  { maxLength: 8 },
);

const join = (pieces: readonly Piece[]): Buffer =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)));

const write = (name: Exclude<EncodingName, 'raw'>, list: readonly Item[]): Buffer => {
  let offset = 0;
  const pieces = list.flatMap((item): readonly Piece[] => {
    if ('record' in item) return [encodings[name].record(item.record, offset)];
    offset += item.data.length;
    return encodings[name].data(item.data, offset - item.data.length);
  });
  return join(pieces);
};

interface Read {
  records: string[];
  bytes: Buffer;
}

const collect = (list: readonly (string | Buffer)[]): Read => ({
  records: list.filter((item) => typeof item === 'string'),
  bytes: Buffer.concat(list.filter((item) => typeof item !== 'string')),
});

const readLine = (line: string): string | Buffer => {
  if (!line.startsWith('DATA ')) return line;
  const bytes = Buffer.from(line.slice(5), 'base64');
  expect(bytes.length).toBeLessThanOrEqual(4096);
  return bytes;
};

const readFrames = (wire: Buffer): Read => {
  const list: (string | Buffer)[] = [];
  for (let at = 0; at < wire.length; ) {
    const payload = wire.subarray(at + 4, at + 4 + wire.readUIntBE(at + 1, 3));
    list.push(wire[at] === 0x44 ? payload : payload.toString('latin1'));
    at += 4 + payload.length;
  }
  return collect(list);
};

const readers: Record<Exclude<EncodingName, 'raw' | 'page'>, (wire: Buffer) => Read> = {
  frames: readFrames,
  'binary-text': readFrames,
  script: (wire) =>
    collect(wire.length === 0 ? [] : scriptRecords(`/**/_netwine[0]("${wire.toString('latin1')}");\n`).map(readLine)),
  html: (wire) => collect(frameRecords(`${encodings.html.head}${wire.toString('latin1')}`).map(readLine)),
  lines: (wire) => collect(wire.toString('latin1').split('\n').slice(0, -1).map(readLine)),
  events(wire) {
    const list = wire.toString('latin1').split('\n\n').slice(0, -1);
    let seen = 0;
    return collect(
      list.map((event) => {
        const [, id, data = ''] = /^id:(\d+)\ndata:([^\n]*)$/.exec(event) ?? [];
        const item = readLine(data);
        if (typeof item !== 'string') seen += item.length;
        // The id is where an EventSource goes on, so it is the offset after what it belongs to.
        expect(Number(id)).toBe(seen);
        return item;
      }),
    );
  },
};

it.each(Object.keys(readers) as (keyof typeof readers)[])('%s carries records and bytes as they are', (name) => {
  fc.assert(
    fc.property(items, (list) => {
      const read = readers[name](write(name, list));
      expect(read.records).toEqual(list.flatMap((item) => ('record' in item ? [item.record] : [])));
      expect(read.bytes.equals(Buffer.concat(list.flatMap((item) => ('data' in item ? [item.data] : []))))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

it('only a part of a larger buffer is sent where the bytes are a part of one', () => {
  const part = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3);
  for (const name of Object.keys(readers) as (keyof typeof readers)[]) {
    expect(readers[name](write(name, [{ data: part }])).bytes).toEqual(Buffer.from([2, 3]));
  }
});

it('an event of no session has no id, so that it moves nobody', () => {
  expect(encodings.events.record('PING')).toBe('data:PING\n\n');
  expect(encodings.events.record('PING', 0)).toBe('id:0\ndata:PING\n\n');
});

it.each(['script', 'html'] as const)('%s has no record that is anything but a string in it', (name) => {
  const { head = '', tail = '', record } = encodings[name];
  const read = name === 'script' ? scriptRecords : frameRecords;
  for (let code = 0; code < 256; code += 1) {
    // A record has no line end: it is what a script parts them by.
    const text = `a${String.fromCharCode(code).replace('\n', '')}b</script>--><script>"'\\");x("`;
    expect(read(head + String(record(text)) + tail)).toEqual([text]);
  }
});

it('a frame begins with 2 KiB, whatever the number of its function', () => {
  for (const callback of [0, 1, 999_999_999]) {
    const html = encodingOf('html', callback);
    expect(html?.head).toHaveLength(2048);
    expect(frameRecords(`${html?.head}${html?.record('PING')}`, callback)).toEqual(['PING']);
  }
});
