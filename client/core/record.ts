/** The text form of records, both ways. [PROTOCOL 2, 4] */
import type { Info, Parameters } from './types.ts';

/** A record: its name and what follows it. */
export interface Rec {
  name: string;
  words: string[];
}

/** `NO OFFSET up 5 10 text` has the name NO and the words OFFSET, up, 5, 10, text. */
export const parseRecord = (text: string): Rec => {
  const words = text.split(' ');
  return { name: words.shift() as string, words };
};

/** What words say from one of them on. */
export const textFrom = (words: string[], index: number): string => words.slice(index).join(' ');

/** The values of an INFO record; numbers as numbers. */
export const parseInfo = (words: string[]): Info => {
  const info: Info = {};
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    const mark = word.indexOf('=');
    const value = word.slice(mark + 1);
    if (mark > 0) info[word.slice(0, mark)] = /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  return info;
};

/** What both say; the second wins. */
export const mix = (one: Parameters, other: Parameters): Parameters => {
  const all: Parameters = {};
  for (const name in one) all[name] = one[name];
  for (const name in other) all[name] = other[name];
  return all;
};

/** Failures after which the same is asked again, once there is a key. */
export const isRetryable = (code: string): boolean => /^(AWAY|LIMIT|DRAINING|INTERNAL|TIMEOUT)$/.test(code);
