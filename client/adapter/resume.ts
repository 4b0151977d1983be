/**
 * Keeps what a later page needs to go on with a connection, in `sessionStorage`: for the `resume` option.
 *
 * Each byte from the target is given to one page only: what a program was told before the reload, it has to keep itself.
 */
import { parseInfo } from '../core/record.ts';
import type { Saved } from '../core/session.ts';
import { decodeBase64, encodeBase64url } from '../transport/base64.ts';
import type { Edge } from '../transport/edge.ts';
import { attempted } from '../transport/engine.ts';

declare const sessionStorage: {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): undefined;
};

/** Another form of the text gets another number, so that no page reads what it does not understand. */
const FORM = '1';
const FIELDS = 13;
/** A bridge sees sessions that share an answer under the highest number of theirs, so far above that of each at most. */
const MOST_ABOVE = 15;
/** The last field: a text without it was cut. */
const END = '.';

/** What is kept. As secret as the key of the session: pages of the same origin and tab can read it. */
export interface Kept<C> {
  session: Saved<C>;
  /** Bytes that have come and that the program was not told. */
  untold: C;
}

export interface Place<C> {
  /** Null where nothing is kept, or something else. */
  load(): Kept<C> | null;
  /** Null: there is nothing to go on with. */
  save(kept: Kept<C> | null): void;
}

/** One line: fields, escaped, with blanks between them. */
export const formatKept = <C>(edge: Edge<C>, where: string, { session: { down, up }, untold }: Kept<C>): string => {
  const { info } = down;
  let record = 'INFO';
  for (const name in info) record += ` ${name}=${info[name]}`;
  const fields: unknown[] = [FORM, where, down.key, down.nonce, record];
  fields.push(encodeBase64url(edge.toBinary(up.rest)), encodeBase64url(edge.toBinary(untold)));
  fields.push(down.reader, down.received, up.taken, down.ended, up.endWanted, up.ended);
  for (let i = 0; i < fields.length; i += 1) fields[i] = encodeURIComponent(fields[i] as string);
  return fields.concat(END).join(' ');
};

/** The reader is one that the bridge has seen nothing above. Null where the text is of another form, of another connection, or cut. */
export const parseKept = <C>(edge: Edge<C>, where: string, text: string): Kept<C> | null => {
  const fields = text.split(' ');
  if (fields[FIELDS] !== END) return null;
  for (let i = 0; i < FIELDS; i += 1) fields[i] = decodeURIComponent(fields[i] as string);
  const [form, place, key, nonce, record, rest, untold] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const bytesOf = (letters: string): C =>
    edge.fromBinary(decodeBase64(letters + '==='.slice(0, -letters.length & 3)) as string);
  const number = (index: number): number => Number(fields[index]);
  if (form !== FORM || place !== where) return null;
  return {
    session: {
      down: {
        key,
        nonce,
        // A lower number than the bridge has seen would stand for an older page.
        reader: number(7) + MOST_ABOVE,
        received: number(8),
        ended: fields[10] === 'true',
        info: parseInfo(record.split(' ')),
      },
      up: {
        taken: number(9),
        rest: bytesOf(rest),
        endWanted: fields[11] === 'true',
        ended: fields[12] === 'true',
      },
    },
    untold: bytesOf(untold),
  };
};

/** @param where what it is a connection to: what was kept for another is not taken */
export const placeOf = <C>(edge: Edge<C>, name: string, where: string): Place<C> => {
  const item = `netwine resume ${name}`;
  return {
    load: () =>
      attempted(() => {
        const text = sessionStorage.getItem(item);
        return text ? parseKept(edge, where, text) : null;
      }),
    save: (kept) => {
      const isKept = attempted(() => {
        if (kept) sessionStorage.setItem(item, formatKept(edge, where, kept));
        return kept;
      });
      // Too much, or switched off: what stands there is of the past, and to go on with it would lose bytes.
      if (!isKept) attempted(() => sessionStorage.removeItem(item));
    },
  };
};
