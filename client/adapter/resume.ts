/**
 * Keeps what a later page needs to go on with a connection, in `sessionStorage`: for the `resume` option.
 *
 * Each byte from the target is given to one page only: what a program was told before the reload, it has to keep itself.
 */
import { parseInfo } from '../core/record.ts';
import type { Saved } from '../core/session.ts';
import type { Info } from '../core/types.ts';
import type { Edge } from '../transport/edge.ts';
import { attempted } from '../transport/engine.ts';

declare const sessionStorage: {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
};

/** Another form of the text gets another number, so that no page reads what it does not understand. */
const FORM = '1';
const FIELDS = 16;
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

const formatInfo = (info: Info): string => {
  const words: string[] = [];
  for (const name in info) words.push(`${name}=${info[name]}`);
  return words.join(' ');
};

/** Base64 with the letters for forms, as chunks are encoded, to that with padding, as they are decoded. */
const padded = (text: string): string =>
  `${text.replace(/-/g, '+').replace(/_/g, '/')}${'==='.slice(0, (4 - (text.length % 4)) % 4)}`;

const flag = (value: boolean): string => (value ? '1' : '');

/** One line: sixteen fields, escaped, with blanks between them. */
export const formatKept = <C>(edge: Edge<C>, where: string, { session: { down, up }, untold }: Kept<C>): string => {
  const fields: (string | number)[] = [FORM, where, down.key, down.nonce, down.reader, down.received];
  fields.push(flag(down.ended), formatInfo(down.info), up.taken, edge.toBase64url(up.rest));
  fields.push(flag(up.endWanted), flag(up.ended), edge.toBase64url(untold), edge.size(up.rest), edge.size(untold), END);
  const texts: string[] = [];
  for (let i = 0; i < fields.length; i += 1) texts.push(encodeURIComponent(fields[i] as string));
  return texts.join(' ');
};

/** Null where the text is of another form, of another connection, or damaged. */
export const parseKept = <C>(edge: Edge<C>, where: string, text: string): Kept<C> | null => {
  const fields = text.split(' ');
  if (fields.length !== FIELDS) return null;
  const at = (index: number): string => decodeURIComponent(fields[index] as string);
  if (at(0) !== FORM || fields[FIELDS - 1] !== END || at(1) !== where || at(2) === '') return null;
  const rest = edge.fromBase64(padded(at(9)));
  const untold = edge.fromBase64(padded(at(12)));
  if (rest === null || untold === null) return null;
  if (edge.size(rest) !== Number(at(13)) || edge.size(untold) !== Number(at(14))) return null;
  const info = parseInfo(at(7).split(' '));
  const numbers = { reader: Number(at(4)), received: Number(at(5)), taken: Number(at(8)) };
  if (!(numbers.reader >= 0 && numbers.received >= 0 && numbers.taken >= 0)) return null;
  const { reader, received, taken } = numbers;
  return {
    session: {
      down: { key: at(2), nonce: at(3), reader, received, ended: at(6) === '1', info },
      up: { taken, rest, endWanted: at(10) === '1', ended: at(11) === '1' },
    },
    untold,
  };
};

/** @param where what it is a connection to: what was kept for another is not taken */
export const placeOf = <C>(edge: Edge<C>, name: string, where: string): Place<C> => {
  const item = `netwine resume ${name}`;
  const remove = (): void => {
    attempted(() => sessionStorage.removeItem(item));
  };
  return {
    load: () =>
      attempted(() => {
        const text = sessionStorage.getItem(item);
        return text ? parseKept(edge, where, text) : null;
      }),
    save: (kept) => {
      if (kept === null) return remove();
      try {
        sessionStorage.setItem(item, formatKept(edge, where, kept));
      } catch {
        // Too much, or switched off: what stands there is of the past, and to go on with it would lose bytes.
        remove();
      }
    },
  };
};
