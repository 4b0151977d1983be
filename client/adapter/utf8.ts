/** UTF-8 both ways for engines without TextDecoder: texts come in any cut. [RFC 3629] */
import { attempted } from '../transport/engine.ts';

const BROKEN = '\ufffd';
/** What may be one character, or is none. */
const EACH = /[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xff][\x80-\xbf]{3}|[\x80-\xff]/g;
/** A character that has begun. */
const BEGUN = /([\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})$/;
const OTHERS = /[\x80-\xff]+/g;
const PAIR = /[\ud800-\udbff][\udc00-\udfff]|[\x80-\uffff]/g;

/** The engine has it for addresses; null for what is no UTF-8. Some engines end such a text at a character 0. */
const decode = (binary: string): string | null => attempted(() => decodeURIComponent(escape(binary)));

interface TextDecoding {
  /** The text of the next bytes, given as characters 0..255; what ends in mid-character is kept for the next. */
  push(binary: string): string;
  /** What is left at the end of the stream. */
  finish(): string;
  /** The bytes of a character that is not whole yet. */
  pending(): string;
}

export const createTextDecoding = (): TextDecoding => {
  let begun = '';
  return {
    push: (binary) => {
      const all = begun + binary;
      const found = BEGUN.exec(all.slice(-3));
      begun = found ? (found[0] as string) : '';
      const whole = all.slice(0, all.length - begun.length);
      return whole.replace(OTHERS, (some) => decode(some) || some.replace(EACH, (one) => decode(one) || BROKEN));
    },
    finish: () => {
      const broken = begun && BROKEN;
      begun = '';
      return broken;
    },
    pending: () => begun,
  };
};

/** By hand: some engines refuse pairs here. */
const encode = (one: string): string => {
  let code = one.charCodeAt(0);
  if (one.length > 1) code = 0x10000 + ((code & 1023) << 10) + (one.charCodeAt(1) & 1023);
  else if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
  let bytes = '';
  // The first byte has room for half as much with each byte that follows.
  let room = 64;
  do {
    bytes = String.fromCharCode(0x80 | (code & 63)) + bytes;
    code >>= 6;
    room >>= 1;
  } while (code >= room);
  return String.fromCharCode(((-2 * room) & 255) | code) + bytes;
};

/** A text as bytes, given as characters 0..255; half a pair becomes U+FFFD. */
export const encodeText = (text: string): string => text.replace(PAIR, encode);
