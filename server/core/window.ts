/** A run of bytes by absolute offset: what the target sent and the client has not yet acknowledged. */

/** Reads below this are copied together: 4 MiB kept as 16-byte Buffers took 80 MiB of heap. */
const SMALL_BYTES = 1024;
const FIRST_SLAB_BYTES = 512;
const LAST_SLAB_BYTES = 16 * 1024;
/** Released entries are cut off the array once there are this many. */
const COMPACT_ENTRIES = 32;

/**
 *          start             end
 *   ...released|kept chunks...|        full when end - start reaches the capacity
 *
 * Whole chunks are kept by reference; nothing is allocated before the first small read.
 */
export class Window {
  /** Offset of the first byte kept. */
  start = 0;
  /** One past the last byte kept. */
  end = 0;
  readonly capacity: number;
  #chunks: Uint8Array[] = [];
  #offsets: number[] = [];
  #head = 0;
  #slab: Uint8Array | null = null;
  #slabUsed = 0;

  /** @param capacity bytes after which the window counts as full; one chunk may go beyond it. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.end - this.start;
  }

  get full(): boolean {
    return this.size >= this.capacity;
  }

  /** Adds bytes at the end. Keeps the chunk itself where it is large, so nobody may write to it afterwards. */
  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (chunk.length < SMALL_BYTES) this.#appendSmall(chunk);
    else {
      this.#slab = null;
      this.#push(chunk);
    }
    this.end += chunk.length;
  }

  /** The bytes from an offset to the end of the chunk that it lies in, not copied; empty at the end. */
  at(from: number): Uint8Array {
    if (from < this.start || from > this.end) throw new RangeError(`offset ${from} is not kept`);
    if (from === this.end) return new Uint8Array(0);
    const index = this.#indexOf(from);
    const chunk = this.#chunks[index] as Uint8Array;
    const skip = from - (this.#offsets[index] as number);
    return skip === 0 ? chunk : chunk.subarray(skip);
  }

  /** Forgets all before an offset; lower offsets and repeats do nothing. */
  release(to: number): void {
    if (to <= this.start) return;
    if (to > this.end) throw new RangeError(`offset ${to} is beyond the end`);
    this.start = to;
    if (to === this.end) {
      this.#chunks = [];
      this.#offsets = [];
      this.#head = 0;
      this.#slab = null;
      return;
    }
    while ((this.#offsets[this.#head + 1] ?? Infinity) <= to) {
      this.#chunks[this.#head] = EMPTY;
      this.#head += 1;
    }
    if (this.#head >= COMPACT_ENTRIES) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#offsets = this.#offsets.slice(this.#head);
      this.#head = 0;
    }
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#offsets.push(this.end);
  }

  /** Small reads share a slab that grows with their number, so that a greeting costs little and a flood is bounded. */
  #appendSmall(chunk: Uint8Array): void {
    const slab = this.#slab;
    const last = this.#chunks.length - 1;
    if (slab && last >= this.#head && slab.length - this.#slabUsed >= chunk.length) {
      const kept = this.#chunks[last] as Uint8Array;
      const from = this.#slabUsed - kept.length;
      slab.set(chunk, this.#slabUsed);
      this.#slabUsed += chunk.length;
      this.#chunks[last] = slab.subarray(from, this.#slabUsed);
      return;
    }
    const bytes = Math.max(chunk.length, slab ? Math.min(slab.length * 2, LAST_SLAB_BYTES) : FIRST_SLAB_BYTES);
    const grown = new Uint8Array(bytes);
    grown.set(chunk);
    this.#slab = grown;
    this.#slabUsed = chunk.length;
    this.#push(grown.subarray(0, chunk.length));
  }

  #indexOf(offset: number): number {
    let low = this.#head;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#offsets[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const EMPTY = new Uint8Array(0);
