/** The error of a person's mistake in a command, a setting or a config file, and how its text shows what was given. */

const SHOWN_CHARACTERS = 80;

/** Control, format and unassigned characters, lone surrogates, line separators: what could move or forge terminal text. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

const escapeCharacter = (character: string): string => {
  if (!unprintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/**
 * Text of a person's input as a message may carry it: control characters escaped, at most 80 characters,
 * `...` at the end where something was cut off.
 */
export const shown = (text: string): string => {
  let result = '';
  for (const character of text) {
    const next = escapeCharacter(character);
    if (result.length + next.length > SHOWN_CHARACTERS) return `${result}...`;
    result += next;
  }
  return result;
};

/** A mistake of whoever started the program: its message is for a person and lists every fault found, a line each. */
export class UsageError extends Error {
  /** One sentence a fault, without a line end. */
  readonly faults: readonly string[];

  /** @param advice the last line of the message: where to read what is right. */
  constructor(faults: readonly string[], advice = 'netwine --help lists commands and settings') {
    super([...faults, advice].join('\n'));
    this.name = 'UsageError';
    this.faults = faults;
  }
}
