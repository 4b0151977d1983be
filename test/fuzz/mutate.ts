/** Inputs that are nearly right: choices from lists, and pieces with bytes changed, lost, doubled and strewn in. */
import { randomFrom } from '../support/random.ts';
import type { Input } from './plan.ts';

/** Numbers and texts at which parsers have failed before. */
const ODD = [
  '\0',
  '\n',
  '\r\n',
  '%',
  '%00',
  '%zz',
  '&',
  '=',
  '+',
  ' ',
  '\xff',
  '\xc3',
  '-1',
  '0',
  '00',
  '1e9',
  '0x10',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '99999999999999999999',
  'NaN',
  '__proto__',
  '..',
  '/',
  ':',
  '[',
  ']',
  '"',
  '<',
  '~',
  'A'.repeat(300),
  'A'.repeat(5000),
];

/** Draws one input after its seed. */
export class Draw {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** A whole number below. */
  below(most: number): number {
    return Math.floor(this.random() * most);
  }

  /** True in so many of all cases. */
  chance(part: number): boolean {
    return this.random() < part;
  }

  /** One of a list. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Up to so many of what is made. */
  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  /** Any characters 0..255. */
  bytes(most: number): string {
    return String.fromCharCode(...this.some(most, () => this.below(256)));
  }

  /** A number as offsets are: small, near an edge, or no number at all. */
  number(): string {
    return this.chance(0.7) ? `${this.below(20)}` : this.of(ODD);
  }

  /** One change of a text. */
  #change(text: string): string {
    const at = this.below(text.length + 1);
    const end = at + 1 + this.below(8);
    const [before, part, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
    switch (this.below(5)) {
      case 0:
        return before + after;
      case 1:
        return before + part + part + after;
      case 2:
        return before + this.of(ODD) + text.slice(at);
      case 3:
        return before + this.of(ODD) + after;
      default:
        return before + String.fromCharCode(this.below(256)) + text.slice(at + 1);
    }
  }

  /** In half of all cases as it is, else with one to three of its pieces changed, lost, doubled or moved. */
  mutate(input: Input): Input {
    if (this.chance(0.5)) return input;
    const pieces = [...input];
    for (let turns = 1 + this.below(3); turns > 0 && pieces.length > 0; turns -= 1) {
      const at = this.below(pieces.length);
      const piece = pieces[at] ?? '';
      const kind = this.below(10);
      if (kind === 0) pieces.splice(at, 1);
      else if (kind === 1) pieces.splice(at, 0, piece);
      else if (kind === 2) pieces.push(...pieces.splice(at, 1));
      else pieces[at] = this.#change(piece);
    }
    return pieces;
  }
}
