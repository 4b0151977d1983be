/** The text form of records, both ways. [PROTOCOL 2, 4] */
import type { Info, Parameters } from './types.ts';

/** What words say from one of them on. */
export const textFrom = (words: string[], index: number): string => words.slice(index).join(' ');

/** The values of an INFO record, whose name is the first word; numbers as numbers. */
export const parseInfo = (words: string[]): Info => {
  const info: Info = {};
  for (let i = 1; i < words.length; i += 1) {
    const [name, value] = (words[i] as string).split('=') as [string, string];
    info[name] = Number(value) >= 0 ? Number(value) : value;
  }
  return info;
};

/** Adds what the second says to the first. */
export const mix = (one: Parameters, other: Parameters): Parameters => {
  for (const name in other) one[name] = other[name];
  return one;
};

/** Failures after which the same is asked again, once there is a key. */
export const isRetryable = (code: string | undefined): boolean =>
  /^(AWAY|LIMIT|DRAINING|INTERNAL|TIMEOUT)$/.test(code as string);
