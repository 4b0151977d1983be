/** Where the log of a program goes: a descriptor whose reader may be slow or gone, which holds up nobody. */
import { write, writeSync } from 'node:fs';

/** How long a reader that takes nothing is left alone. */
const AGAIN_MS = 100;
/** What waits for a slow reader at most, in characters; what comes then is dropped and counted. */
const MOST_WAITING = 4 * 1024 * 1024;
/** A pipe takes so much whole or not at all. [pipe(7), PIPE_BUF] */
const WHOLE_BYTES = 4096;
const LF = 10;
const NOTHING = Buffer.alloc(0);

/** How much of it goes in one piece: whole lines as far as a pipe takes them whole, else the first line. */
const pieceOf = (bytes: Buffer): Buffer => {
  if (bytes.length <= WHOLE_BYTES) return bytes;
  const end = bytes.lastIndexOf(LF, WHOLE_BYTES - 1);
  return bytes.subarray(0, (end < 0 ? bytes.indexOf(LF) : end) + 1 || bytes.length);
};

export class LogStream {
  readonly #fd: number;
  #lines: string[] = [];
  #waiting = 0;
  /** What was taken of the lines and is not written yet: it may begin within a line. */
  #rest: Buffer = NOTHING;
  /** Nobody can say how much of it goes out before the system does. */
  #inFlight = false;
  #dropped = 0;
  #broken = false;

  /** @param fd a pipe must not block, or one that nobody reads holds up the end of the process */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Never waits. */
  write(line: string): void {
    if (this.#broken) return;
    if (this.#waiting + this.#rest.length > MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) this.#tellDropped();
    this.#keep(line);
    if (this.#rest.length === 0) this.#next();
  }

  /**
   * The last act of a process: what is left goes out as far as it is taken at once, for a reader may never come. No
   * line is begun that a pipe does not take whole.
   */
  end(): void {
    this.#broken = true;
    const begun = this.#inFlight ? NOTHING : this.#rest;
    try {
      for (let rest = Buffer.concat([begun, this.#take()]); rest.length > 0; ) {
        rest = rest.subarray(writeSync(this.#fd, pieceOf(rest)));
      }
    } catch {
      // Nobody reads.
    }
  }

  #keep(line: string): void {
    this.#lines.push(line);
    this.#waiting += line.length;
  }

  #tellDropped(): void {
    const told = { level: 40, time: Date.now(), msg: `${this.#dropped} lines are missing here: nobody read the log` };
    this.#dropped = 0;
    this.#keep(`${JSON.stringify(told)}\n`);
  }

  #take(): Buffer {
    this.#waiting = 0;
    return Buffer.from(this.#lines.splice(0).join(''));
  }

  #next(): void {
    if (this.#rest.length === 0) this.#rest = this.#take();
    if (this.#rest.length > 0) this.#put();
  }

  #put(): void {
    if (this.#broken) return;
    this.#inFlight = true;
    write(this.#fd, this.#rest, (error, count) => {
      this.#inFlight = false;
      if (error?.code === 'EAGAIN') setTimeout(() => this.#put(), AGAIN_MS).unref();
      else if (error) this.#break();
      else {
        this.#rest = this.#rest.subarray(count);
        this.#next();
      }
    });
  }

  #break(): void {
    this.#broken = true;
    this.#lines = [];
    this.#rest = NOTHING;
  }
}
