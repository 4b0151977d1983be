/** What is asked of a bridge, as the text of a form. [PROTOCOL 2] */
import type { Parameters, Question } from '../core/types.ts';

/** A question of several sessions: what it says of them, whose names come more than once. [PROTOCOL 6] */
export interface Asking<C> extends Question<C> {
  more?: string | undefined;
}

const added = (text: string, parameters: Parameters): string => {
  let all = text;
  for (const name in parameters) {
    const value = parameters[name];
    if (value !== undefined) all += `&${name}=${encodeURIComponent(value as string)}`;
  }
  return all;
};

/** All parameters; they have no name in common. */
export const formOf = (parameters: Parameters, others: Parameters = {}): string =>
  added(added('', parameters), others).slice(1);

/** The body of a question without payload. */
export const bodyOf = <C>({ parameters, more }: Asking<C>, others?: Parameters): string =>
  formOf(parameters, others) + (more || '');

/** What a GET says: a ticket instead of the key and the reader's number. */
export const ticketQuery = <C>({ parameters }: Question<C>, ticket: string, others: Parameters): string => {
  const { from, ended } = parameters;
  return `receive?${formOf({ ticket, from, ended }, others)}`;
};
