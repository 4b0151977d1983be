/** The kinds of value that a setting can have: how each is written, read and described. */
import { isIPv4, isIPv6 } from 'node:net';

export interface Kind<T> {
  /** Stands for the value in usage lines; null for a flag that needs none. */
  readonly placeholder: string | null;
  /** Ends the sentence "expected ...". */
  readonly expects: string;
  /** The value of a text, or undefined where the text is not of this kind or out of its range. */
  readonly parse: (text: string) => T | undefined;
}

/** Where to listen; port 0 lets the system choose. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const decimal = /^\d{1,9}(\.\d{1,9})?$/;
const amount = /^(\d{1,15})([kmg]?)$/i;
const portNumber = /^(0|[1-9]\d{0,4})$/;
const hostName = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/i;
const segments = /^(\/[a-z0-9_~-][a-z0-9._~-]*)+\/?$/i;

const scales: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

const within = (value: number, { from, to }: Range): number | undefined =>
  value >= from && value <= to ? value : undefined;

/** Seconds, decimals allowed, bounds in seconds included; the value is in whole milliseconds. */
export const seconds = (range: Range): Kind<number> => ({
  placeholder: 'SECONDS',
  expects: `seconds from ${range.from} to ${range.to}`,
  parse: (text) => {
    const value = decimal.test(text) ? within(Number(text), range) : undefined;
    return value === undefined ? undefined : Math.round(value * 1000);
  },
});

const brief = (count: number): string => {
  for (const suffix of ['g', 'm', 'k']) {
    const scale = scales[suffix] ?? 1;
    if (count >= scale && count % scale === 0) return `${count / scale}${suffix}`;
  }
  return String(count);
};

/** A number of bytes, bounds included; the suffixes k, m and g multiply by powers of 1024. */
export const bytes = (range: Range): Kind<number> => ({
  placeholder: 'BYTES',
  expects: `bytes from ${brief(range.from)} to ${brief(range.to)}`,
  parse: (text) => {
    const [, digits, suffix = ''] = amount.exec(text) ?? [];
    if (digits === undefined) return undefined;
    return within(Number(digits) * (scales[suffix.toLowerCase()] ?? 1), range);
  },
});

/** `true` or `false`; as a flag without a value it is true. */
export const boolean: Kind<boolean> = {
  placeholder: null,
  expects: 'true or false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** One of a few words, as they are written. */
export const oneOf = <const T extends string>(words: readonly T[]): Kind<T> => ({
  placeholder: 'WORD',
  expects: `one of ${words.join(', ')}`,
  parse: (text) => words.find((word) => word === text),
});

/** A path of a file or a directory; whether it is there shows when it is opened. */
export const path = (placeholder: 'FILE' | 'DIR'): Kind<string> => ({
  placeholder,
  expects: placeholder === 'DIR' ? 'the path of a directory' : 'the path of a file',
  parse: (text) => (text === '' || /\p{Cc}/u.test(text) ? undefined : text),
});

/** A URL path of plain segments; the value has no slash at its end but where it is `/` itself. */
export const urlPath: Kind<string> = {
  placeholder: 'PATH',
  expects: 'a URL path such as / or /bridge, of letters, digits and . _ ~ -',
  parse: (text) => {
    if (text === '/') return text;
    return segments.test(text) ? text.replace(/\/$/, '') : undefined;
  },
};

/** The system's resolver takes `0x7f.1` and `2130706433` for addresses; a name whose last label is a number is none. */
const isHost = (text: string): boolean => isIPv4(text) || (hostName.test(text) && !/(^|\.)(\d+|0x[^.]*)$/i.test(text));

const splitHost = (text: string): [host: string, port: string] | undefined => {
  if (portNumber.test(text)) return ['127.0.0.1', text];
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  const host = text.slice(0, colon);
  const port = text.slice(colon + 1);
  if (!host.startsWith('[')) return isHost(host) ? [host, port] : undefined;
  const literal = host.slice(1, -1);
  return host.endsWith(']') && isIPv6(literal) ? [literal, port] : undefined;
};

/**
 * HOST:PORT, [v6]:PORT or a port alone, which means 127.0.0.1. `:8080` is refused: elsewhere it means every
 * address of the machine, and nobody should open a bridge to all of them by accident.
 */
export const hostPort: Kind<HostPort> = {
  placeholder: 'HOST:PORT',
  expects: 'HOST:PORT, [IPV6]:PORT or a port from 0 to 65535 alone (on 127.0.0.1)',
  parse: (text) => {
    const [host, digits = ''] = splitHost(text) ?? [];
    if (host === undefined || !portNumber.test(digits) || Number(digits) > 65535) return undefined;
    return Object.freeze({ host, port: Number(digits) });
  },
};
