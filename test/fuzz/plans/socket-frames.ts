/** Frames as a client writes them, and those of a bridge judged: opcodes, close codes, and the words of records. */
import { failures } from '../../../server/core/errors.ts';
import { frame } from '../../server/app/frame.ts';

export interface Frame {
  /** With the bit that says that no more follows. */
  first: number;
  payload: string;
}

/** One frame, a character for each byte. */
export const maskedFrame = (first: number, payload: string): string =>
  frame(first, Buffer.from(payload, 'latin1'), true).toString('latin1');

/** The whole frames behind the head of an answer. */
export const framesOf = (text: string): Frame[] => {
  const bytes = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1');
  const frames: Frame[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
    if (at + head + length > bytes.length) break;
    frames.push({ first: bytes[at] ?? 0, payload: bytes.toString('latin1', at + head, at + head + length) });
    at += head + length;
  }
  return frames;
};

const FIRSTS = [0x81, 0x82, 0x88, 0x89, 0x8a];
const RECORD = /^(?:(?:OK|INFO|AT|ACK|PING|END|AGAIN|MOVED|NO|ERR)(?: [ !#-;=-[\]-~]+)?|~.*|)$/;
/** What RFC 6455 has for a peer that breaks its rules, and the ends of a session. */
const closes = new Set<number>([1000, 1001, 1002, 1003, 1005, 1007, 1009]);
for (const { close, status } of Object.values(failures)) if (status !== 500) closes.add(close);

export interface Said {
  /** It is a socket of the bridge's own subprotocol. */
  saysRecords: boolean;
  /** What its client has said: a close is answered with the client's own code. [RFC 6455 5.5.1] */
  before?: readonly string[];
}

/** @returns what is wrong with what a bridge has said, or null */
export const wrongFrame = (frames: readonly Frame[], { saysRecords, before = [] }: Said): string | null => {
  for (const { first, payload } of frames) {
    const code = payload.length > 1 ? Buffer.from(payload, 'latin1').readUInt16BE() : 1005;
    if (!FIRSTS.includes(first)) return `a frame that begins with ${first}`;
    const isEcho = before.some((message) => message.startsWith(`\x88${payload}`));
    if (first === 0x88 && !closes.has(code) && !isEcho) return `closes with ${code}`;
    if (/^(?:NO|ERR) INTERNAL/.test(payload)) return 'answers INTERNAL';
    if (first === 0x81 && saysRecords && !RECORD.test(payload)) return `says ${JSON.stringify(payload.slice(0, 80))}`;
  }
  return null;
};
