/** Who is in the chat and what is said there: the commands, and the lines that everybody sees. */
import type { ChatLine } from './chat-lines.ts';
import type { Member } from './chat-member.ts';

const name = /^[\p{L}\p{N}_-]{1,20}$/u;

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

export class Room {
  readonly #members = new Set<Member>();
  #guests = 0;

  get size(): number {
    return this.#members.size;
  }

  /** A name for somebody new, that nobody here has. */
  guestName(): string {
    do this.#guests += 1;
    while (this.#isTaken(`guest-${this.#guests}`));
    return `guest-${this.#guests}`;
  }

  /** Greets the member and tells the others. */
  join(member: Member): void {
    this.#tellAll(`* ${member.name} joins.`);
    this.#members.add(member);
    member.tell(`Welcome to the netwine chat. You are ${member.name}. ${this.#count()}.`);
    member.tell('Say something, or /name NEW, /who, /quit.');
  }

  /** Takes the member out and tells the others why; the second time it does nothing. */
  part(member: Member, how = 'leaves'): void {
    if (this.#members.delete(member)) this.#tellAll(`* ${member.name} ${how}.`);
  }

  /** Does what a line of the member says. */
  hear(member: Member, { text, cut }: ChatLine): void {
    if (!this.#members.has(member)) return;
    if (cut) member.tell('* Your line was too long: only its beginning was read.');
    const [command, argument = ''] = text.split(/\s+/, 2);
    if (text === '') return;
    if (command === '/name') this.#rename(member, argument);
    else if (text === '/who') member.tell(`* ${this.#count()}: ${[...this.#members].map((m) => m.name).join(', ')}.`);
    else if (text === '/quit') this.#quit(member);
    else this.#tellAll(`<${member.name}> ${text}`);
  }

  /** Sends everybody away. */
  clear(line: string): void {
    const members = [...this.#members];
    this.#members.clear();
    for (const member of members) member.leave(line);
  }

  #rename(member: Member, wanted: string): void {
    const taken = folded(wanted) !== folded(member.name) && this.#isTaken(wanted);
    if (!name.test(wanted)) member.tell('* A name is 1 to 20 letters, digits, - or _, as in /name ada');
    else if (taken) member.tell(`* ${wanted} is taken.`);
    else {
      this.#tellAll(`* ${member.name} is now ${wanted}.`);
      member.name = wanted;
    }
  }

  #quit(member: Member): void {
    member.leave('* Goodbye.');
    this.part(member);
  }

  #isTaken(wanted: string): boolean {
    return [...this.#members].some((member) => folded(member.name) === folded(wanted));
  }

  #count(): string {
    return this.size === 1 ? '1 person is here' : `${this.size} people are here`;
  }

  #tellAll(line: string): void {
    // A copy: who turns out to be too slow leaves while the line is told.
    for (const member of [...this.#members]) member.tell(line);
  }
}
