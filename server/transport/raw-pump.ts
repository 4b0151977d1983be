/** The loop of a `raw` answer: bare bytes, no records, the end of the target as the end of the answer. [PROTOCOL 5] */
import type { SessionReader } from '../core/session.ts';

export interface RawSink {
  /** @returns false when no more should come before `resume` is called. */
  write(bytes: Uint8Array): boolean;
  /** Finishes the answer properly. */
  finish(): void;
  /** Flushes what was written, then breaks the connection without finishing the answer. */
  breakOff(): void;
}

const TAKE_BYTES = 64 * 1024;

/**
 * Starts the loop; it wakes by itself.
 * @param done called once, when the answer is over.
 * @returns what to call when the response takes bytes again, and when it is gone.
 */
export const pumpRaw = (reader: SessionReader, sink: RawSink, done: () => void): { resume(): void; stop(): void } => {
  let over = false;
  const stop = (): void => {
    if (over) return;
    over = true;
    reader.detach();
    done();
  };
  const end = (how: () => void): void => {
    if (over) return;
    how();
    stop();
  };
  const run = (): void => {
    while (!over && !reader.blocked) {
      if (reader.moved !== null) return end(() => sink.breakOff());
      const chunk = reader.take(TAKE_BYTES);
      if (chunk) reader.blocked = !sink.write(chunk);
      else if (reader.ended) return end(() => sink.finish());
      else if (reader.over) return end(() => sink.breakOff());
      else return;
    }
  };
  reader.onChange(run);
  run();
  return {
    resume: () => {
      reader.blocked = false;
      run();
    },
    stop,
  };
};
