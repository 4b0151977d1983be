/** Upload codings: what `body=` says about a payload, undone chunk by chunk. [PROTOCOL 5] */
import { isUtf8 } from 'node:buffer';
import { NetwineError } from '../core/errors.ts';

export const codings = ['raw', 'base64', 'utf8'] as const;

export type Coding = (typeof codings)[number];

/** Takes a coded payload in pieces, cut anywhere; of no use after it threw or finished. */
export interface Decoder {
  /** The bytes that are certain now. @throws BAD_REQUEST for what is not of this coding */
  push(chunk: Uint8Array): Uint8Array;
  /** The last bytes. @throws BAD_REQUEST where the payload stops in the middle of a character */
  finish(): Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** Letters of base64url, then line ends of a client that cannot leave them out. [RFC 4648 section 5] */
const BASE64 = /^([A-Za-z0-9_-]*)([\r\n]*)$/;
const BEYOND_A_BYTE = /[^\x00-\xff]/;
/** Lead bytes of U+0080 to U+00BF and U+00C0 to U+00FF. [RFC 3629 section 3] */
const LEADS: readonly (number | undefined)[] = [0xc2, 0xc3];

export const createDecoder = (coding: Coding): Decoder => decoders[coding]();

const rawDecoder = (): Decoder => ({ push: (chunk) => chunk, finish: () => EMPTY });

const base64Decoder = (): Decoder => {
  let carry = '';
  let ended = false;
  return {
    push(chunk) {
      const [, letters, lineEnds] = BASE64.exec(asBuffer(chunk).toString('latin1')) ?? [];
      if (letters === undefined || (ended && letters !== '')) throw notBase64();
      ended ||= lineEnds !== '';
      const text = carry + letters;
      const whole = text.length - (text.length % 4);
      carry = text.slice(whole);
      return Buffer.from(text.slice(0, whole), 'base64url');
    },
    finish() {
      const last = Buffer.from(carry, 'base64url');
      // A single letter is no byte, and bits that no byte has must be zero: one spelling for each payload.
      if (last.toString('base64url') !== carry) throw notBase64();
      return last;
    },
  };
};

const utf8Decoder = (): Decoder => {
  let carry: Uint8Array = EMPTY;
  return {
    push(chunk) {
      const bytes = carry.length > 0 ? Buffer.concat([carry, chunk]) : asBuffer(chunk);
      // Characters of this coding are two bytes at most, so only a lead byte can be cut off.
      carry = LEADS.includes(bytes.at(-1)) ? bytes.subarray(-1) : EMPTY;
      const whole = bytes.subarray(0, bytes.length - carry.length);
      if (!isUtf8(whole)) throw notUtf8();
      const text = whole.toString();
      if (BEYOND_A_BYTE.test(text)) throw notUtf8();
      return text.length === whole.length ? whole : Buffer.from(text, 'latin1');
    },
    finish() {
      if (carry.length > 0) throw notUtf8();
      return EMPTY;
    },
  };
};

const decoders: Record<Coding, () => Decoder> = { raw: rawDecoder, base64: base64Decoder, utf8: utf8Decoder };

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const notBase64 = (): NetwineError =>
  new NetwineError('BAD_REQUEST', { text: 'the payload is not base64url without padding' });

const notUtf8 = (): NetwineError =>
  new NetwineError('BAD_REQUEST', { text: 'the payload is not UTF-8 of characters 0 to 255' });
