/** A session with a target through the bridge, for a page or a program: exactly once both ways. [server/PROTOCOL.md 3] */
import { Receiver } from './receiver.js';
import { requestBody } from './records.js';
import { Sender } from './sender.js';

export class Session {
  /** `connecting`, `open`, `lost` while it is being found again, `over`. */
  state = 'connecting';
  /** How it ended: { code, text } and, where the bridge said so, its totals { down, up }; null while it lives. */
  final = null;
  #options;
  #receiver;
  #sender;
  #stop = new AbortController();

  /**
   * @param options `to`; `base`, the bridge's URL with a slash at its end; `token` of the page, if any; `transport`,
   *   `stream` or `poll`; `keep` in seconds; `saved`, a snapshot to go on with; and `on`, what the program is told:
   *   `data(bytes)` once for each byte and in order, `change()` when the status did, `save()` before the bridge gets
   *   bytes or learns that bytes have arrived, `over(final)` once. A program that keeps `snapshot()` together with what
   *   it made of the bytes, each time that it is told to save, sees each byte once, whenever its page goes.
   */
  constructor({ saved, transport = 'stream', ...options }) {
    this.#options = options;
    this.#sender = new Sender(saved?.up);
    const on = {
      save: options.on.save,
      data: options.on.data,
      change: options.on.change,
      attached: () => this.#attached(),
      lost: () => this.#become('lost'),
      over: (final) => this.#finish(final),
    };
    this.#receiver = new Receiver({ ...options, transport, saved: saved?.down, signal: this.#stop.signal, on });
    // Later, so that nothing is told before the program has what it is told of.
    queueMicrotask(() => this.#run());
  }

  /** `stream`, or `poll` where streams do not come through or are not wanted. */
  get transport() {
    return this.#receiver.transport;
  }

  /** The values of the bridge's INFO record; empty before it came. */
  get info() {
    return this.#receiver.info;
  }

  /** The way down: offsets, whether the target has ended, and how many answers in a row were cut. */
  get down() {
    const { received, acknowledged, ended, failures } = this.#receiver;
    return { received, acknowledged, ended, failures };
  }

  /** The way up: what was written, what the bridge has of it, whether the end was wanted and has come there. */
  get up() {
    const { written, taken, endWanted, ended } = this.#sender;
    return { written, taken, endWanted, ended };
  }

  /** All that a later page needs to go on; as secret as the key. Null when there is nothing to go on with. */
  snapshot() {
    if (this.state === 'over') return null;
    return { to: this.#options.to, down: this.#receiver.snapshot(), up: this.#sender.snapshot() };
  }

  /** Sends bytes; they are kept until the bridge has them. */
  write(bytes) {
    this.#sender.write(bytes);
    this.#options.on.change();
  }

  /** Half-closes: what was written is sent, then the target sees the end. */
  end() {
    this.#sender.end();
    this.#options.on.change();
  }

  /** Ends the session at once, both ways. */
  close() {
    this.#finish({ code: 'LEFT', text: 'closed by this page' });
  }

  async #run() {
    try {
      await this.#receiver.run();
    } catch (error) {
      this.#finish({ code: 'PAGE', text: error.message });
    }
  }

  /** A reader of ours is attached: now no other page writes. */
  #attached() {
    this.#sender.start({
      url: `${this.#options.base}send`,
      key: this.#receiver.key,
      windowBytes: this.info.up,
      signal: this.#stop.signal,
      onSend: this.#options.on.save,
      onTaken: (downTail) => {
        this.#options.on.change();
        this.#receiver.expect(downTail);
      },
      onRefused: (code, text) => this.#finish({ code, text }),
    });
    this.#become('open');
  }

  #become(state) {
    if (this.state === 'over' || this.state === state) return;
    this.state = state;
    this.#options.on.change();
  }

  #finish(final) {
    if (this.state === 'over') return;
    this.state = 'over';
    this.final = final;
    this.#stop.abort();
    // A session that another page goes on with is not ours to close.
    const ours = final.down !== undefined || final.code === 'LEFT';
    if (this.#receiver.key !== null && ours) this.#release();
    this.#options.on.change();
    this.#options.on.over(final);
  }

  /** The bridge need not keep what nobody asks for any more. */
  async #release() {
    const body = requestBody({ key: this.#receiver.key });
    try {
      await fetch(`${this.#options.base}close`, { method: 'POST', body, keepalive: true, credentials: 'omit' });
    } catch {
      // Unheard: the bridge ends the session by itself when it hears nothing more of us.
    }
  }
}
