/** What is wrong with hosts files, told to whoever wrote them. */

/** Why one line is refused; whoever reads the file adds its name and the line. */
export class Fault extends Error {}

/** Hosts files that cannot be used: the message has one `file:line: reason` a line; line 0 is the file as a whole. */
export class HostsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'HostsError';
    this.faults = faults;
  }
}

/** A word of a file, safe to print. */
export const quote = (word: string): string => JSON.stringify(word.length > 80 ? `${word.slice(0, 80)}...` : word);
