/** A held answer read as it comes: its records one by one, its down bytes in a row. Not reading it is backpressure. */
import type { Dispatcher } from 'undici';

export type HeldForm = 'raw' | 'lines' | 'frames' | 'binary-text' | 'events' | 'html';

export interface WireRecord {
  /** The first word; `DATA` for bytes in any form. */
  word: string;
  /** The words after it. */
  args: string[];
  /** All of it, but for the bytes of a frame. */
  text: string;
  bytes: Buffer | null;
  /** The id of an event. */
  id: string | null;
}

const EMPTY = Buffer.alloc(0);

const readRecord = (text: string, id: string | null = null): WireRecord => {
  const [word = '', ...args] = text.split(' ');
  return { word, args, text, bytes: word === 'DATA' ? Buffer.from(args[0] ?? '', 'base64') : null, id };
};

export interface HeldOptions {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: Dispatcher.ResponseData['body'];
  form: HeldForm;
}

export class Held {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  /** Every record so far, padding included. */
  readonly records: WireRecord[] = [];
  /** How the answer ended, once it has. */
  over: 'whole' | 'cut' | null = null;
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #form: HeldForm;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #parts: Buffer[] = [];
  #length = 0;
  #left: Buffer = EMPTY;

  constructor({ status, headers, body, form }: HeldOptions) {
    this.status = status;
    this.headers = headers;
    this.#body = body;
    this.#form = form;
    body.on('error', () => {});
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** All down bytes so far. With `raw` all bytes of the answer, the line of connect included. */
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  get length(): number {
    return this.#length;
  }

  get last(): WireRecord | undefined {
    return this.records.at(-1);
  }

  /** The words of all records but DATA, in a row. */
  get words(): string[] {
    return this.records.map(({ word }) => word).filter((word) => word !== 'DATA');
  }

  /** The next record; null at the end of the answer. */
  async next(): Promise<WireRecord | null> {
    for (;;) {
      const record = this.#parse();
      if (record) {
        this.records.push(record);
        if (record.bytes) this.#add(record.bytes);
        return record;
      }
      if (!(await this.#more())) return null;
    }
  }

  /** Reads up to the next record of a word. @throws where the answer ends before */
  async until(word: string): Promise<WireRecord> {
    for (;;) {
      const record = await this.next();
      if (!record) throw new Error(`the answer is over (${this.over}) before ${word}: ${this.words.join(' ')}`);
      if (record.word === word) return record;
    }
  }

  /** Reads until so many down bytes have come. @returns all that have */
  async atLeast(count: number): Promise<Buffer> {
    while (this.#length < count) {
      const more = this.#form === 'raw' ? await this.#more() : await this.next();
      if (!more) throw new Error(`the answer is over (${this.over}) after ${this.#length} of ${count} bytes`);
    }
    return this.bytes;
  }

  /** The key of a `raw` connect; its line is taken out of the bytes. */
  async rawKey(): Promise<string> {
    while (!this.bytes.includes('\n')) await this.atLeast(this.#length + 1);
    const all = this.bytes;
    const end = all.indexOf('\n') + 1;
    this.#parts.length = 0;
    this.#length = 0;
    if (end < all.length) this.#add(all.subarray(end));
    const [, key] = /^OK (\S+)\n$/.exec(all.toString('latin1', 0, end)) ?? [];
    if (key === undefined) throw new Error(`no key: ${all.toString('latin1', 0, 200)}`);
    return key;
  }

  /** Reads to the end. @returns how it ended */
  async rest(): Promise<'whole' | 'cut'> {
    while (this.#form === 'raw' ? await this.#more() : await this.next());
    return this.over ?? 'cut';
  }

  /** Leaves in the middle of it. */
  leave(): void {
    this.#body.destroy();
  }

  #add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  async #more(): Promise<boolean> {
    if (this.over) return false;
    try {
      const { value, done } = await this.#chunks.next();
      if (done) this.over = 'whole';
      else if (this.#form === 'raw') this.#add(value);
      else this.#left = this.#left.length === 0 ? value : Buffer.concat([this.#left, value]);
    } catch {
      this.over = 'cut';
    }
    return this.over === null;
  }

  #parse(): WireRecord | null {
    if (this.#form === 'lines') return this.#cutText('\n', readRecord);
    if (this.#form === 'events') return this.#cutText('\n\n', readEvent);
    if (this.#form === 'html') return this.#cutText('\n', readScript);
    if (this.#form === 'raw' || this.#left.length < 4) return null;
    const end = 4 + this.#left.readUIntBE(1, 3);
    if (this.#left.length < end) return null;
    const [type, payload] = [this.#left.toString('latin1', 0, 1), this.#left.subarray(4, end)];
    this.#left = this.#left.subarray(end);
    if (type === 'R') return readRecord(payload.toString('latin1'));
    return { word: type === 'D' ? 'DATA' : `frame ${type}`, args: [], text: '', bytes: payload, id: null };
  }

  #cutText(mark: string, read: (text: string) => WireRecord): WireRecord | null {
    const end = this.#left.indexOf(mark);
    if (end < 0) return null;
    const text = this.#left.toString('latin1', 0, end);
    this.#left = this.#left.subarray(end + mark.length);
    return read(text);
  }
}

const readEvent = (text: string): WireRecord => {
  const [, id = null, data = ''] = /^(?:id:(\d+)\n)?data:(.*)$/.exec(text) ?? [];
  return readRecord(data, id);
};

/** The record of a line of a frame; what else stands in the document counts as padding. */
const readScript = (line: string): WireRecord => {
  const [, literal] = /^<script>p\("([^"]*)"\)<\/script>$/.exec(line) ?? [];
  return readRecord(literal?.replace(/\\x(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))) ?? '~');
};
