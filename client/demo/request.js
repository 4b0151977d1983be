/** One POST: its answer piece by piece, an end to silence, and how long to wait before the next try. */

const TICK_MS = 200;
/** A timer that comes later than this was asleep, and so perhaps was the network: that time does not count. */
const AWAKE_MS = 1000;

const BACKOFF = { firstMs: 50, mostMs: 5000 };

/**
 * Posts a body and hands on the answer as it comes.
 * @param silentAfterMs called again and again: how much silence is too much now, in milliseconds of awake time.
 * @returns `ended` for an answer that has ended properly as HTTP goes, `cut` for one that broke or never came,
 *   `silent` where the silence was too long, `stopped` where the signal was aborted.
 */
export const post = async (url, body, { signal, silentAfterMs, onChunk }) => {
  const controller = new AbortController();
  let chunks = null;
  // The reader is cancelled by itself: Node's fetch forgets the signal of an answer once its memory was tidied.
  const stop = () => {
    controller.abort();
    chunks?.cancel().catch(() => {});
  };
  let outcome = 'cut';
  let silenceMs = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    silenceMs += Math.min(now - last, AWAKE_MS);
    last = now;
    if (silenceMs <= silentAfterMs()) return;
    outcome = 'silent';
    stop();
  }, TICK_MS);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    chunks = await open(url, body, controller.signal);
    for (;;) {
      const result = await read(chunks);
      if (signal.aborted) return 'stopped';
      if (result === null || controller.signal.aborted) return outcome;
      if (result.done) return 'ended';
      silenceMs = 0;
      onChunk(result.value);
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    stop();
  }
};

/** Sends the request. @returns the reader of its answer, or null where none came */
const open = async (url, body, signal) => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
    return response.body?.getReader() ?? null;
  } catch {
    return null;
  }
};

/** The next chunk, or null where the answer broke. */
const read = async (chunks) => {
  try {
    return chunks === null ? null : await chunks.read();
  } catch {
    return null;
  }
};

/** How long to wait after so many failures in a row: doubled each time, and never the same for two clients. */
export const backoffMs = (failures) =>
  Math.min(BACKOFF.firstMs * 2 ** Math.max(failures - 1, 0), BACKOFF.mostMs) * (0.5 + Math.random());

/** Waits; an aborted signal ends the wait at once. */
export const pause = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
