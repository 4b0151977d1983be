/** Calls that a bridge makes of what an application gives it, of which the n-th one fails. */
import type { Duplex } from 'node:stream';
import { type Connect, createPolicy, type Policy, parseHosts } from '../../server/index.ts';
import { FailingTarget, failure, type How, type Point } from './failing-target.ts';

/** Each point with each way in which it can fail. */
export const failures: readonly (readonly [Point, How])[] = [
  ['permit', 'error'],
  ['permit', 'throw'],
  ['look-up', 'error'],
  ['look-up', 'throw'],
  ['look-up', 'quietly'],
  ['dial', 'error'],
  ['dial', 'throw'],
  ['dial', 'quietly'],
  ['write', 'error'],
  ['write', 'quietly'],
  ['read', 'error'],
  ['read', 'throw'],
  ['read', 'quietly'],
  ['end', 'error'],
  ['end', 'quietly'],
  ['destroy', 'error'],
  ['timer', 'quietly'],
];

/** Where the fakes are found. */
export const FAR = 'far.example:80';

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Counts the calls of a point and says which one fails. */
export class Calls {
  /** Streams of targets that are not closed. */
  readonly open = new Set<Duplex>();
  #point: Point | null = null;
  #how: How = 'error';
  #left = 0;

  /** From now on the n-th call of that point fails, once. */
  arm(point: Point, how: How, n: number): void {
    this.#point = point;
    this.#how = how;
    this.#left = n;
  }

  /** It has failed. */
  get isSpent(): boolean {
    return this.#left === 0;
  }

  /** Lets none fail any more. */
  disarm(): void {
    this.#point = null;
  }

  /** How this call fails, or null where it does not. @throws where it fails by a throw */
  next(point: Point): How | null {
    if (point !== this.#point || this.#left === 0) return null;
    this.#left -= 1;
    if (this.#left > 0) return null;
    if (this.#how === 'throw') throw failure();
    return this.#how;
  }

  /** Asks hosts files, as the program's does. */
  readonly policy: Policy = {
    permit: (...asked) => (this.next('permit') === null ? this.#hosts.permit(...asked) : Promise.reject(failure())),
  };

  readonly #hosts = createPolicy({
    hosts: parseHosts({ clients: 'allow 127.0.0.1\n', targets: 'allow far.example 80\nallow 127.0.0.1 80\n' }),
    self: () => [],
    resolve: (): Promise<readonly string[]> => {
      const how = this.next('look-up');
      return turn().then(() => {
        if (how === 'error') throw failure();
        return how === null ? ['127.0.0.1'] : [];
      });
    },
  });

  /** A target kind. */
  readonly connect: Connect = () => {
    const how = this.next('dial');
    return turn().then(() => {
      if (how === 'error') throw failure();
      const target = new FailingTarget((point) => this.next(point));
      this.open.add(target);
      target.once('close', () => this.open.delete(target));
      return how === null ? target : target.destroy(failure());
    });
  };
}
