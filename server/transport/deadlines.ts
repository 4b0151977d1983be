/** One timer for several moments: each is moved as often as wanted, and the timer fires at the nearest. */

/** Moments by name, in milliseconds of `performance.now()`; Infinity is never. */
export class Deadlines<Name extends string> {
  readonly #at: Map<Name, number>;
  readonly #due: (name: Name) => void;
  #timer: NodeJS.Timeout | null = null;
  #armedAt = Infinity;

  /** @param due called when a moment has come, which then is set to never. */
  constructor(due: (name: Name) => void) {
    this.#at = new Map();
    this.#due = due;
  }

  /** Moves a moment. A later one costs nothing: the timer fires once in vain and is set anew. */
  set(name: Name, at: number): void {
    this.#at.set(name, at);
    if (at < this.#armedAt) this.#arm(at);
  }

  /** Sets a moment that is not set. */
  setOnce(name: Name, at: number): void {
    if ((this.#at.get(name) ?? Infinity) === Infinity) this.set(name, at);
  }

  clear(name: Name): void {
    this.#at.set(name, Infinity);
  }

  /** Ends the timer. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#at.clear();
    this.#armedAt = Infinity;
  }

  #arm(at: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#armedAt = at;
    this.#timer = setTimeout(() => this.#fire(), Math.max(at - performance.now(), 0));
  }

  #fire(): void {
    this.#timer = null;
    this.#armedAt = Infinity;
    const now = performance.now();
    for (const [name, at] of [...this.#at]) {
      // A timer may fire up to a millisecond early.
      if (at > now + 1 || this.#at.get(name) !== at) continue;
      this.#at.set(name, Infinity);
      this.#due(name);
    }
    const next = Math.min(...this.#at.values());
    if (next < this.#armedAt) this.#arm(next);
  }
}
