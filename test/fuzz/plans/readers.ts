/** What a bridge, or something that is none, may answer, through the client's readers: in any cut the same, and no throw. */

import { parseInfo } from '../../../client/core/record.ts';
import { decodeBase64 } from '../../../client/transport/base64.ts';
import { stringEdge } from '../../../client/transport/edge.ts';
import { createFrames } from '../../../client/transport/frames.ts';
import { createLines } from '../../../client/transport/lines.ts';
import { Draw } from '../mutate.ts';
import { type Input, inProcess, type Plan } from '../plan.ts';

const RECORDS = [
  'OK abc',
  'INFO id=1 window=9',
  'AT 0 1',
  'PING',
  'END',
  'AGAIN',
  'MOVED 1',
  'NO GONE x',
  'ERR CLOSED 0 0 x',
];

const framed = (type: string, text: string): string =>
  `${type}\0${String.fromCharCode(text.length >> 8, text.length & 255)}${text}`;

const line = (draw: Draw): string =>
  `${draw.chance(0.4) ? `DATA ${btoa(draw.bytes(40))}` : draw.chance(0.1) ? '~~~~' : draw.of(RECORDS)}\n`;

/** The form first, then pieces as they are read. */
const draw = (seed: number): Input => {
  const made = new Draw(seed);
  const form = made.of(['frames', 'lines']);
  const piece = (): string => {
    if (form === 'lines') return line(made);
    return made.chance(0.5) ? framed('D', made.bytes(300)) : framed('R', made.of(RECORDS));
  };
  return [form, ...made.mutate([piece(), ...made.some(7, piece)])];
};

/** All that is told of an answer in these pieces. */
const told = (form: string, pieces: readonly string[]): string => {
  const records: string[] = [];
  let data = '';
  const on = {
    record: (text: string) => {
      records.push(`${data.length}:${text}`);
      if (text.startsWith('INFO ')) parseInfo(text.split(' '));
    },
    data: (chunk: string) => {
      data += chunk;
    },
    alive: () => {},
  };
  const take = form === 'frames' ? createFrames(stringEdge, on) : createLines(stringEdge, on);
  const takes = pieces.every((piece) => take(piece));
  return JSON.stringify({ takes, records, data });
};

const check = ([form = '', ...pieces]: Input): string | null => {
  const text = pieces.join('');
  const whole = told(form, [text]);
  decodeBase64(text);
  if (told(form, pieces) !== whole) return 'is read otherwise in pieces than as a whole';
  return told(form, text.split('')) === whole ? null : 'is read otherwise byte by byte than as a whole';
};

export const readers: Plan = {
  name: 'readers',
  about: "answers to the client's readers",
  share: 0.33,
  draw,
  start: inProcess(check),
};
