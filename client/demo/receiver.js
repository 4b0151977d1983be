/** The way down: opens the session, reads it by offset through whatever answers come, and acknowledges. [PROTOCOL 3] */
import { Answer } from './answer.js';
import { requestBody } from './records.js';
import { backoffMs, pause, post } from './request.js';

/** A connect that says nothing for so long is asked again as a poll: something on the way may hold the answer back. */
const CONNECT_SILENT_MS = 5000;
/** A poll's connect answers after the dial, and dials may take their time. */
const DIAL_SILENT_MS = 30_000;
/** Without a key we give up here: the bridge remembers a nonce for as long. */
const CONNECT_MS = 60_000;
/** A stream is believed once its first small record has come; one that stays silent for so long is held back. */
const UNPROVEN_MS = 3000;
/** Where nothing comes for so long although the bridge has sent something, something holds it back. */
const OVERDUE_MS = 2000;
/** A poll or a post is called dead so long after it should have been answered. */
const LATE_MS = 10_000;
/** An answer that was over sooner than this, and brought nothing, is not asked for again at once. */
const HASTY_MS = 100;
/** The windows are in INFO; no bridge has smaller ones. */
const LEAST_WINDOW_BYTES = 4096;

/** Failures of a request after which the same is tried again. */
const retryable = new Set(['AWAY', 'LIMIT', 'DRAINING', 'INTERNAL', 'TIMEOUT']);

const makeNonce = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(36).padStart(2, '0')).join('');

export class Receiver {
  /** `stream` or `poll`. */
  transport;
  key = null;
  /** The values of the bridge's INFO record. */
  info = {};
  received = 0;
  acknowledged = 0;
  /** The target has finished sending. */
  ended = false;
  /** Answers in a row that were cut. */
  failures = 0;
  #nonce = makeNonce();
  #reader = 0;
  #connects = 0;
  #acknowledging = false;
  #answerStop = new AbortController();
  #options;

  /**
   * @param options those of a session (`to`, `base`, `token`, `keep`), `saved`, the `signal` that stops it, and `on`:
   *   `save()` before each request that acknowledges, `attached()`, `data(bytes)`, `change()`, `lost()`, `over(final)`.
   */
  constructor({ transport, saved, ...options }) {
    this.transport = transport;
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#answerStop.abort());
    if (!saved) return;
    this.key = saved.key;
    this.#nonce = saved.nonce;
    this.#reader = saved.reader;
    this.received = saved.received;
    this.acknowledged = saved.received;
    this.ended = saved.ended;
    this.info = saved.info;
  }

  snapshot() {
    const { key, received, ended, info } = this;
    return { key, nonce: this.#nonce, reader: this.#reader, received, ended, info };
  }

  /** Asks again and again until the session is over. */
  async run() {
    const { signal, on } = this.#options;
    const begunAt = performance.now();
    while (!signal.aborted) {
      const askedAt = performance.now();
      const before = { received: this.received, key: this.key };
      const answer = this.key === null ? await this.#connect() : await this.#receive();
      if (signal.aborted) return;
      const progress = this.received > before.received || this.key !== before.key;
      if (answer.complete && (progress || performance.now() - askedAt > HASTY_MS)) {
        this.failures = 0;
        continue;
      }
      this.failures = progress ? 1 : this.failures + 1;
      if (this.key !== null) on.lost();
      else if (performance.now() - begunAt > CONNECT_MS) {
        return on.over({ code: 'NO_ANSWER', text: 'the bridge does not answer' });
      }
      await pause(backoffMs(this.failures), signal);
    }
  }

  /** The bridge has sent bytes up to here: where a stream does not bring them, something holds it back. */
  async expect(downTail) {
    const answerStop = this.#answerStop;
    const { received } = this;
    if (this.transport === 'poll' || downTail <= received) return;
    await pause(OVERDUE_MS, answerStop.signal);
    if (answerStop !== this.#answerStop || answerStop.signal.aborted || this.received > received) return;
    this.transport = 'poll';
    answerStop.abort();
  }

  #connect() {
    const { to, token, keep } = this.#options;
    this.#connects += 1;
    const polling = this.transport === 'poll' || this.#connects > 1;
    const parameters = { to, nonce: this.#nonce, token, keep, hold: polling ? 0 : undefined, ...form(polling) };
    return this.#ask('connect', parameters, { polling, firstMs: polling ? DIAL_SILENT_MS : CONNECT_SILENT_MS });
  }

  async #receive() {
    const polling = this.transport === 'poll';
    this.#reader += 1;
    const parameters = { key: this.key, from: this.received, reader: this.#reader, ...form(polling) };
    if (this.ended) parameters.ended = 1;
    const answer = await this.#ask('receive', parameters, { polling });
    // Not even the first small record came through by itself.
    if (!polling && !answer.proven && answer.outcome === 'silent') this.transport = 'poll';
    return answer;
  }

  /** One answer, from its request to its end, whichever way it ends. */
  async #ask(verb, parameters, { polling, firstMs }) {
    const { base, on } = this.#options;
    const answer = new Answer({ from: this.received, reader: parameters.reader ?? 0 }, this.#told);
    const answerStop = new AbortController();
    this.#answerStop = answerStop;
    on.save();
    this.acknowledged = this.received;
    answer.outcome = await post(`${base}${verb}`, requestBody(parameters), {
      signal: answerStop.signal,
      silentAfterMs: () => (firstMs && !answer.attached ? firstMs : this.#patienceMs(answer, polling)),
      onChunk: (chunk) => {
        answer.push(chunk);
        if (answer.malformed) answerStop.abort();
      },
    });
    return answer;
  }

  /** How much silence is too much, now that the session is known. */
  #patienceMs({ proven }, polling) {
    if (polling) return (this.info.hold ?? 25) * 1000 + LATE_MS;
    return proven ? (this.info.ping ?? 20) * 2250 : UNPROVEN_MS;
  }

  /** What the answers say. */
  #told = {
    key: (key) => {
      this.key = key;
    },
    info: (info) => {
      this.info = info;
    },
    attached: () => this.#options.on.attached(),
    data: (bytes) => {
      if (this.#options.signal.aborted) return;
      this.received += bytes.length;
      this.#options.on.data(bytes);
      this.#options.on.change();
      this.#acknowledge();
    },
    end: () => {
      this.ended = true;
      this.#options.on.change();
    },
    moved: (number) => this.#moved(number),
    failed: (code, text) => {
      if (this.key === null || !retryable.has(code)) this.#options.on.over({ code, text });
    },
    over: (final) => this.#options.on.over(final),
  };

  #moved(number) {
    if (this.key === null) {
      // Somebody used the key that we never got: begin anew.
      if (number > 0) this.#nonce = makeNonce();
    } else if (number > this.#reader) {
      this.#options.on.over({ code: 'MOVED', text: 'another page has taken this session over' });
    }
    // Equal: a repeat of our own request was faster than we are. The next number is ours.
  }

  /** Tells the bridge what has arrived, at each quarter of the window. */
  async #acknowledge() {
    const { base, on, signal } = this.#options;
    const dueBytes = (this.info.window ?? LEAST_WINDOW_BYTES) / 4;
    if (this.#acknowledging || signal.aborted || this.received - this.acknowledged < dueBytes) return;
    this.#acknowledging = true;
    on.save();
    const ack = this.received;
    const body = requestBody({ key: this.key, ack });
    const outcome = await post(`${base}send`, body, { signal, silentAfterMs: () => LATE_MS, onChunk: () => {} });
    this.#acknowledging = false;
    // A lost one is made good by the next, or by the next answer that is asked for.
    if (outcome !== 'ended') return;
    this.acknowledged = Math.max(this.acknowledged, ack);
    this.#acknowledge();
  }
}

const form = (polling) => (polling ? { mode: 'poll', as: 'lines' } : { as: 'frames' });
