/** One answer of the bridge: judges whether it is ours, and says what it brings. [server/PROTOCOL.md 3, 4] */
import { createFrameReader, createLineReader, MalformedAnswer, parseInfo } from './records.js';

/** Frames begin with a record, and no line does with this letter: a refusal may be a line whatever form was asked for. */
const FRAMED = 'R'.charCodeAt(0);

export class Answer {
  /** The answer has said that it begins where we asked, for the reader that we are. */
  attached = false;
  /** A small record came by itself: nothing on the way waits for more, or for the end. */
  proven = false;
  /** The bridge itself ended the answer: ask again at once. */
  complete = false;
  /** No bridge would say this: what follows is not read. */
  malformed = false;
  /** How the request went as HTTP goes, once it is over. */
  outcome = null;
  #from;
  #reader;
  #on;
  #read = null;

  /**
   * @param request the offset `from` and the `reader` number of the request.
   * @param on what to call: `key(text)`, `info(values)`, `attached()`, `data(bytes)`, `end()`, `moved(reader)`,
   *   `failed(code, text)`, `over({ code, down, up, text })`.
   */
  constructor({ from, reader }, on) {
    this.#from = from;
    this.#reader = reader;
    this.#on = on;
  }

  /** Takes the next piece of the answer. */
  push(chunk) {
    if (this.malformed || chunk.length === 0) return;
    const told = { onRecord: (record) => this.#record(record), onData: (bytes) => this.#data(bytes) };
    this.#read ??= chunk[0] === FRAMED ? createFrameReader(told) : createLineReader(told);
    try {
      this.#read(chunk);
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
      this.malformed = true;
    }
  }

  #data(bytes) {
    if (!this.attached) throw new MalformedAnswer('Bytes came before the answer said whose they are.');
    this.#on.data(bytes);
  }

  #record({ name, words }) {
    if (name === 'OK') this.#on.key(words[0]);
    else if (name === 'INFO') this.#on.info(parseInfo(words));
    else if (name === 'AT') this.#attach(words.map(Number));
    else if (name === 'PING') this.proven = true;
    else if (name === 'END') this.#on.end();
    else if (name === 'AGAIN') this.complete = true;
    else if (name === 'MOVED') this.#on.moved(Number(words[0]));
    else if (name === 'NO') this.#on.failed(words[0], words.slice(1).join(' '));
    else if (name === 'ERR') this.#over(words);
  }

  #attach([from, reader]) {
    if (from !== this.#from || reader !== this.#reader) throw new MalformedAnswer('This answer is not ours.');
    this.attached = true;
    this.#on.attached();
  }

  #over([code, down, up, ...text]) {
    this.#on.over({ code, down: Number(down), up: Number(up), text: text.join(' ') });
  }
}
