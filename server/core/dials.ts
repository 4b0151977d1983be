/** The look-ups and dials under way, so that a stop can end them. */
import { NetwineError } from './errors.ts';
import type { Connect, TargetType } from './target.ts';

export class Dials {
  readonly #running = new Set<AbortController>();
  #stopped = false;

  /**
   * Runs something with a signal that is aborted with the one given, or at the stop.
   * @throws what it throws; DRAINING where it was the stop that ended it
   */
  async run<T>(act: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#stopped) throw new NetwineError('DRAINING');
    const own = new AbortController();
    const abort = (): void => own.abort(signal.reason);
    // Not AbortSignal.any, which on Node 20 keeps what it made for as long as a source lives.
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    this.#running.add(own);
    try {
      return await act(own.signal);
    } catch (cause) {
      throw this.#stopped ? new NetwineError('DRAINING', { cause }) : cause;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#running.delete(own);
    }
  }

  /**
   * Target kinds whose dials end with the stop. Their streams get an error listener at once: those of others may have
   * none, and an error before there is a session, or after it, would end the process.
   */
  endable(types: Readonly<Record<string, Connect | TargetType>>): Record<string, TargetType> {
    const endable = (type: Connect | TargetType): TargetType => ({
      framing: typeof type === 'function' ? 'bytes' : type.framing,
      connect: async (permit, signal) => {
        const dial = async (own: AbortSignal) =>
          typeof type === 'function' ? type(permit, own) : type.connect(permit, own);
        return (await this.run(dial, signal)).on('error', () => {});
      },
    });
    return Object.fromEntries(Object.entries(types).map(([kind, type]) => [kind, endable(type)]));
  }

  /** Ends what runs, and lets nothing run from now on. */
  stop(): void {
    this.#stopped = true;
    for (const own of this.#running) own.abort(new NetwineError('DRAINING'));
  }
}
