/** What a plan of the fuzz is: how an input follows from its seed, and what must hold of what becomes of it. */

/** An input as its pieces, characters 0..255: what fails is made short by leaving pieces out. */
export type Input = readonly string[];

/** A plan at work: what it has started lives until it is closed. */
export interface Running {
  /** How many inputs may be tried at once. */
  readonly width: number;
  /** Tries one. @returns what is wrong, or null */
  check(input: Input): Promise<string | null> | string | null;
  /** Ends all that was started. @returns what is wrong of the whole */
  close(): Promise<Aftermath>;
}

/** What is left when all inputs were tried. */
export interface Aftermath {
  /** Processes that ended though nobody had asked them to. */
  exits: number;
  /** Lines of the log that tell of a failure of the bridge itself. */
  traces: readonly string[];
  /** Sessions that have not ended. */
  sessions: number;
  /** Descriptors above those of the start. */
  descriptors: number;
}

/** One kind of inputs. */
export interface Plan {
  name: string;
  /** What is tried. */
  about: string;
  /** Of all inputs, this part. */
  share: number;
  draw(seed: number): Input;
  start(): Promise<Running>;
}

/** Where there is no bridge, nothing can be left of one. */
export const nothingLeft: Aftermath = { exits: 0, traces: [], sessions: 0, descriptors: 0 };

/** A plan that needs nothing but its own process. */
export const inProcess = (check: Running['check']): (() => Promise<Running>) => {
  return async () => ({ width: 1, check, close: async () => nothingLeft });
};
