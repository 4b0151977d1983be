/** What is asked of a bridge as pairs of names and values, and as text. [PROTOCOL 2] */
import type { Parameters, Question } from '../core/types.ts';

export type Pairs = [string, string | number][];

/** A question whose names may come more than once. [PROTOCOL 6] */
export interface Asking<C> extends Question<C> {
  more?: Pairs;
}

/** All parameters; they have no name in common. */
export const pairsOf = (parameters: Parameters, added: Parameters = {}, more: Pairs = []): Pairs => {
  const pairs: Pairs = [];
  const add = (from: Parameters): void => {
    for (const name in from) {
      const value = from[name];
      if (value !== undefined) pairs.push([name, value]);
    }
  };
  add(parameters);
  add(added);
  return pairs.concat(more);
};

export const formatPairs = (pairs: Pairs): string => {
  const texts: string[] = [];
  for (let i = 0; i < pairs.length; i += 1) {
    const [name, value] = pairs[i] as [string, string | number];
    texts.push(`${name}=${encodeURIComponent(value as string)}`);
  }
  return texts.join('&');
};

/** The body of a question without payload. */
export const bodyOf = <C>({ parameters, more }: Asking<C>, added?: Parameters): string =>
  formatPairs(pairsOf(parameters, added, more));

/** What a GET says: a ticket instead of the key and the reader's number. */
export const ticketQuery = <C>({ parameters }: Question<C>, ticket: string, added: Parameters): string => {
  const { from, ended } = parameters;
  return `receive?${formatPairs(pairsOf({ ticket, from, ended }, added))}`;
};
