/** Where the log of a program goes: a descriptor whose reader may be slow or gone, which holds up nobody. */
import { write, writeSync } from 'node:fs';

/** How long a reader that takes nothing is left alone. */
const AGAIN_MS = 100;
/** What waits for a slow reader at most, in characters; what comes then is dropped and counted. */
const MOST_WAITING = 4 * 1024 * 1024;

export class LogStream {
  readonly #fd: number;
  #lines: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #writing = false;
  #broken = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Never waits. */
  write(line: string): void {
    if (this.#broken) return;
    if (this.#waiting > MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) this.#tellDropped();
    this.#keep(line);
    if (!this.#writing) this.#next();
  }

  /** The last act of a process: what is left goes out as far as it is taken at once, for a reader may never come. */
  end(): void {
    this.#broken = true;
    try {
      for (let rest = this.#take(); rest.length > 0; ) rest = rest.subarray(writeSync(this.#fd, rest));
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
    this.#writing = this.#lines.length > 0;
    if (this.#writing) this.#put(this.#take());
  }

  #put(bytes: Buffer): void {
    write(this.#fd, bytes, (error, count) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#put(bytes), AGAIN_MS).unref();
      else if (error) this.#break();
      else if (count < bytes.length) this.#put(bytes.subarray(count));
      else this.#next();
    });
  }

  #break(): void {
    this.#broken = true;
    this.#lines = [];
  }
}
