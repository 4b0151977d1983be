/** The way up: keeps what is written until the bridge has it, and repeats it by offset until then. [PROTOCOL 3, send] */
import { fromBase64, joinBytes, toBase64 } from './bytes.js';
import { createLineReader, requestBody } from './records.js';
import { backoffMs, pause, post } from './request.js';

const MOST_BYTES = 64 * 1024;
/** A send waits 10 s for room at most, and 10 s more for the network. */
const SILENT_MS = 20_000;

const retryable = new Set(['AWAY', 'LIMIT', 'DRAINING', 'INTERNAL', 'TIMEOUT']);

export class Sender {
  /** The offset up to which the bridge has everything. */
  taken = 0;
  /** The bridge confirmed our end. */
  ended = false;
  #pending = [];
  #pendingBytes = 0;
  #window = 0;
  #mostBytes = MOST_BYTES;
  #endWanted = false;
  #started = null;
  #wake = () => {};

  /** @param saved what `snapshot` gave, or undefined. */
  constructor(saved) {
    if (!saved) return;
    this.taken = saved.taken;
    this.ended = saved.ended;
    this.#endWanted = saved.endWanted;
    this.#keep(fromBase64(saved.pending));
  }

  /** One past the last byte written. */
  get written() {
    return this.taken + this.#pendingBytes;
  }

  get endWanted() {
    return this.#endWanted;
  }

  snapshot() {
    const pending = toBase64(joinBytes(this.#pending));
    return { taken: this.taken, ended: this.ended, endWanted: this.#endWanted, pending };
  }

  write(bytes) {
    if (this.#endWanted) throw new Error('This direction has ended: nothing can be written any more.');
    this.#keep(Uint8Array.from(bytes));
    this.#wake();
  }

  end() {
    this.#endWanted = true;
    this.#wake();
  }

  /**
   * Begins to send; a second call does nothing.
   * @param session the `url` to post to, `key`, `windowBytes` of INFO, a `signal` that stops, and what to call:
   *   `onSend()` before each request, `onTaken(downTail)` after each answer that brought news, `onRefused(code, text)`
   *   where the session is of no use any more.
   */
  start(session) {
    if (this.#started) return;
    this.#started = session;
    this.#window = session.windowBytes;
    session.signal.addEventListener('abort', () => this.#wake());
    this.#run(session).catch((error) => session.onRefused('PAGE', error.message));
  }

  async #run(session) {
    let failures = 0;
    while (!session.signal.aborted) {
      if (this.#pendingBytes === 0 && (!this.#endWanted || this.ended)) {
        await new Promise((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const before = this.#progress;
      const startedAt = performance.now();
      const record = await this.#send(session);
      // What the reader gets says why the session is over, after the last bytes.
      if (session.signal.aborted || record?.name === 'ERR') return;
      const understood = record !== null && this.#understand(record, session);
      // A bridge that waited for room in vain is asked again; one that changes nothing at once is given time.
      if (understood && (this.#progress !== before || performance.now() - startedAt > 1000)) failures = 0;
      else {
        failures += 1;
        await pause(backoffMs(failures), session.signal);
      }
    }
  }

  get #progress() {
    return `${this.taken} ${this.#window} ${this.#mostBytes} ${this.ended}`;
  }

  /** One post: what the window takes, or nothing at all, which asks to be told of room. */
  async #send({ url, key, signal, onSend }) {
    const bytes = joinBytes(this.#pending).subarray(0, Math.min(this.#window, this.#mostBytes));
    // With an end an empty post would not wait for room.
    const end = this.#endWanted && bytes.length === this.#pendingBytes ? this.written : undefined;
    let answer = null;
    const onRecord = (record) => {
      answer ??= record;
    };
    const onChunk = createLineReader({ onRecord, onData: () => {} });
    onSend();
    const body = requestBody({ key, at: this.taken, end }, bytes);
    await post(url, body, { signal, silentAfterMs: () => SILENT_MS, onChunk });
    return answer;
  }

  /** @returns false where the same is to be sent again after a pause */
  #understand({ name, words }, session) {
    if (name === 'OK') return this.#advance(words, session);
    if (name !== 'NO') return false;
    const [code = '', direction] = words;
    if (code === 'OFFSET' && direction === 'up') {
      if (this.#advance(words.slice(2), session)) return true;
    } else if (code === 'TOO_LARGE' && this.#mostBytes > 1024) {
      this.#mostBytes /= 2;
      return true;
    } else if (retryable.has(code)) return false;
    session.onRefused(code, 'The bridge refused what was sent.');
    return true;
  }

  /** Frees what the bridge has. @returns false where the answer makes no sense */
  #advance([next, window, downTail, end], session) {
    const upNext = Number(next);
    if (upNext > this.written) session.onRefused('OFFSET', 'another page has written to this session');
    if (!(upNext >= this.taken && upNext <= this.written)) return false;
    this.#free(upNext - this.taken);
    this.taken = upNext;
    this.#window = Number(window) || 0;
    if (end === 'END' && this.#endWanted && this.#pendingBytes === 0) this.ended = true;
    session.onTaken(Number(downTail) || 0);
    return true;
  }

  #keep(bytes) {
    if (bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  #free(count) {
    const rest = joinBytes(this.#pending).subarray(count);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#keep(rest);
  }
}
