/** A target in memory whose calls fail as it is told. */
import { Duplex } from 'node:stream';

/** What fails: a call of the policy, of its resolver, of a target kind, of its stream, or a timer. */
export type Point = 'permit' | 'look-up' | 'dial' | 'write' | 'read' | 'end' | 'destroy' | 'timer';

/** By an error where errors are awaited, by a throw, or without one; a timer that fails fires at once. */
export type How = 'error' | 'throw' | 'quietly';

/** What it says first. */
export const GREETING = Buffer.from('welcome');

/** As of a connection that broke. */
export const failure = (): Error => Object.assign(new Error('the call failed'), { code: 'ECONNRESET' });

/** Greets, and sends back what it is sent. */
export class FailingTarget extends Duplex {
  readonly #next: (point: Point) => How | null;

  /** @param next how a call fails, or null where it does not; a throw is its own */
  constructor(next: (point: Point) => How | null) {
    super();
    this.#next = next;
    this.push(GREETING);
  }

  override _read(): void {
    const how = this.#next('read');
    if (how !== null) this.destroy(how === 'error' ? failure() : undefined);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const how = this.#next('write');
    if (how === 'error') return done(failure());
    if (how === 'quietly') return void this.destroy();
    this.push(chunk);
    setImmediate(done);
  }

  override _final(done: (error?: Error) => void): void {
    const how = this.#next('end');
    if (how === 'error') return done(failure());
    if (how === 'quietly') return void this.destroy();
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(this.#next('destroy') === null ? error : failure());
  }
}
