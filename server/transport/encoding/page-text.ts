/** A target's bytes as text within an HTML page: readable where they are text, harmless whatever they are. */
import { isUtf8 } from 'node:buffer';

/** Sequences that move a terminal's cursor and set its colours, also one that is cut off at the end. [ECMA-48 5.4] */
const TERMINAL = /\x1b\[[0-?]*[ -/]*(?:[@-~]|$)/g;
const LINE_END = /\r\n|\r\0?/g;
/** Controls, and what would turn the direction of the text behind it. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const FOREIGN = /[^A-Za-z0-9 \n\t!#$%()*+,./:;=?@[\\\]^_`{|}~-]/gu;

/** The most bytes of one character. [RFC 3629] */
const MOST_TRAILING = 3;

/** How long a sequence is that a byte begins. [RFC 3629 section 4] */
const lengthOf = (lead: number): number => {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
};

/** UTF-8 where the bytes are, and Latin-1 where they are not: nobody says what a target speaks. */
const decode = (bytes: Buffer): string => {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number;
    const part = bytes.subarray(at, at + lengthOf(lead));
    const whole = part.length > 1 && part.length === lengthOf(lead) && isUtf8(part);
    text += whole ? part.toString() : String.fromCharCode(lead);
    at += whole ? part.length : 1;
  }
  return text;
};

/** The rest of a character that was cut is none. */
const fromCharacter = (bytes: Buffer): Buffer => {
  let at = 0;
  while (at < MOST_TRAILING && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return bytes.subarray(at);
};

/** Those that a number would hide from programs that look for links. */
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Plain ASCII in any charset: what means something in HTML, and all beyond ASCII, is a number. */
export const escapeHtml = (text: string): string =>
  text.replace(FOREIGN, (character) => NAMED[character] ?? `&#${character.codePointAt(0)};`);

/** @param cut the bytes before these are left out. */
export const pageText = (bytes: Uint8Array, cut = false): string => {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = decode(cut ? fromCharacter(all) : all);
  return escapeHtml(text.replace(TERMINAL, '').replace(LINE_END, '\n').replace(CONTROL, ''));
};
