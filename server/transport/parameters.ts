/** The parameters of a request: read from `name=value&...`, and given out by the type that a verb asks for. [PROTOCOL 2] */
import { NetwineError } from '../core/errors.ts';

export interface ParametersOptions {
  /** Names that may be given more than once; any other name given twice is BAD_REQUEST. */
  repeatable?: readonly string[];
}

/** One name with its value as it came over the wire, a character a byte. */
export interface Pair {
  name: string;
  value: string;
}

const MOST_PARAMETERS = 64;
const VERSION = '1';
const NUMBER = /^(?:0|[1-9]\d{0,15})$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const PLAIN = /^[\x00-\x24\x26-\x2a\x2c-\x7f]*$/;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;

const bad = (text: string): NetwineError => new NetwineError('BAD_REQUEST', { text });

/** What one request says, by name; a name that a verb does not ask for is ignored. */
export class Parameters {
  readonly #values = new Map<string, string[]>();

  /** @throws BAD_REQUEST for a name given twice, a value that is no UTF-8, and a version that is not ours */
  constructor(pairs: readonly Pair[], { repeatable = [] }: ParametersOptions = {}) {
    for (const { name, value } of pairs) {
      const text = readText(value);
      const values = this.#values.get(name);
      if (values === undefined) this.#values.set(name, [text]);
      else if (repeatable.includes(name)) values.push(text);
      else throw bad('a parameter is given twice');
    }
    if ((this.text('v') ?? VERSION) !== VERSION) throw bad('v must be 1: this bridge speaks version 1');
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value as it was given, the first of several; undefined where there is none. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  /** Every value, in the order of the request. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Decimal digits up to 2^53-1, or up to `max`. @throws BAD_REQUEST for anything else, an empty value included */
  number(name: string, { max = Number.MAX_SAFE_INTEGER }: { max?: number } = {}): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readNumber(name, text, max);
  }

  /** Every value as `number` reads it, in the order of the request. @throws BAD_REQUEST */
  numbers(name: string): readonly number[] {
    return this.all(name).map((text) => readNumber(name, text, Number.MAX_SAFE_INTEGER));
  }

  /** `1` is true and `0` false. @throws BAD_REQUEST for anything else */
  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (text !== '0' && text !== '1') throw bad(`${name} must be 0 or 1`);
    return text === '1';
  }

  /** @throws BAD_REQUEST for what is not among the values */
  oneOf<const T extends string>(name: string, values: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = values.find((value) => value === text);
    if (found === undefined) throw bad(`${name} must be one of ${values.join(', ')}`);
    return found;
  }
}

/**
 * Cuts `name=value&...` into its pairs; empty ones between two `&` are skipped.
 * @param input text, or the bytes that came over the wire.
 * @throws BAD_REQUEST for a broken escape, a name that is no UTF-8, and more than 64 parameters
 */
export const parsePairs = (input: string | Uint8Array): Pair[] => {
  // One character a byte, so that what is not escaped keeps its bytes too.
  const wire = asBuffer(input).toString('latin1');
  const pieces = wire.split('&').filter((piece) => piece !== '');
  if (pieces.length > MOST_PARAMETERS) throw bad('more than 64 parameters');
  return pieces.map((piece) => {
    const equals = piece.indexOf('=');
    const [name, value] = equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
    if (BROKEN_ESCAPE.test(value)) throw brokenEscape();
    return { name: readText(name), value };
  });
};

/** Reads `name=value&...`, URL-encoded. @throws BAD_REQUEST */
export const parseParameters = (input: string | Uint8Array, options?: ParametersOptions): Parameters =>
  new Parameters(parsePairs(input), options);

const asBuffer = (input: string | Uint8Array): Buffer =>
  typeof input === 'string' ? Buffer.from(input) : Buffer.from(input.buffer, input.byteOffset, input.byteLength);

/** The bytes that a value stands for. @throws BAD_REQUEST */
export const unescapeBytes = (wire: string): Uint8Array => {
  if (BROKEN_ESCAPE.test(wire)) throw brokenEscape();
  const spaced = wire.replaceAll('+', ' ');
  return Buffer.from(
    spaced.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
};

const brokenEscape = (): NetwineError => bad('a parameter has a broken percent escape');

/** Most values are plain ASCII and stand for themselves. */
const readText = (wire: string): string => (PLAIN.test(wire) ? wire : decodeText(unescapeBytes(wire)));

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decodeText = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new NetwineError('BAD_REQUEST', { text: 'a parameter is not UTF-8', cause });
  }
};

const readNumber = (name: string, text: string, max: number): number => {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw bad(`${name} must be a decimal number`);
  if (number > max) throw bad(`${name} must be ${max} at most`);
  return number;
};
