/** The way of polling only: every answer is short and whole, as behind a proxy that lets nothing stream. */
import { randomBytes } from 'node:crypto';
import type { Dialogue, Way } from './dialogue.ts';
import { Inbox } from './inbox.ts';

const HOLD_SECONDS = 5;

/** Posts and gives the lines of the answer. */
const ask = async (url: string, body: Uint8Array | string): Promise<string[]> => {
  const response = await fetch(url, { method: 'POST', body });
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('~'));
  if (!response.ok) throw new Error(`${response.status} ${lines.join(' ')}`);
  return lines;
};

/** One session, read by polls one after the other and written by posts with offsets. */
class Polling implements Dialogue {
  readonly inbox = new Inbox();
  readonly #bridge: string;
  readonly #key: string;
  readonly #polling: Promise<void>;
  #from = 0;
  #at = 0;
  #over = false;

  constructor(bridge: string, [ok = '', ...records]: readonly string[]) {
    const key = /^OK (\S+)$/.exec(ok)?.[1];
    if (key === undefined) throw new Error(`the answer of connect began with ${JSON.stringify(ok)}`);
    this.#bridge = bridge;
    this.#key = key;
    this.#read(records);
    this.#polling = this.#poll().catch((error: Error) => this.inbox.finish(error));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const taken = await this.#send(`at=${this.#at}`, bytes.subarray(done));
      done += taken - this.#at;
      this.#at = taken;
    }
  }

  async end(): Promise<void> {
    await this.#send(`end=${this.#at}`, new Uint8Array(0));
  }

  async close(): Promise<void> {
    this.#over = true;
    await ask(`${this.#bridge}/close`, `key=${this.#key}`);
    await this.#polling;
  }

  /** @returns how far the bridge has come. */
  async #send(parameters: string, payload: Uint8Array): Promise<number> {
    const head = Buffer.from(`key=${this.#key}&${parameters}\n`);
    const [line = ''] = await ask(`${this.#bridge}/send`, Buffer.concat([head, payload]));
    const next = /^OK (\d+) \d+ \d+( END)?$/.exec(line)?.[1];
    if (next === undefined) throw new Error(`a send was answered with ${line}`);
    return Number(next);
  }

  async #poll(): Promise<void> {
    while (!this.#over) {
      const asked = `key=${this.#key}&from=${this.#from}&mode=poll&as=lines&hold=${HOLD_SECONDS}`;
      this.#read(await ask(`${this.#bridge}/receive`, asked));
    }
  }

  #read(records: readonly string[]): void {
    for (const record of records) {
      const [word, first = ''] = record.split(' ');
      if (word === 'DATA') {
        const bytes = Buffer.from(first, 'base64');
        this.#from += bytes.length;
        this.inbox.push(bytes);
      } else if (word === 'END' || word === 'ERR') {
        this.#over = true;
        this.inbox.finish(word === 'END' || first === 'CLOSED' ? null : new Error(record));
      } else if (word === 'AT' && Number(first) !== this.#from) throw new Error(`${record}, not at ${this.#from}`);
    }
  }
}

export const byPolling: Way = {
  name: 'polling only',
  messages: false,
  open: async (bridge, place) => {
    // With a query string all parameters stand there; a route has none, so they are the body.
    const more = `nonce=${randomBytes(18).toString('base64url')}&mode=poll&as=lines&hold=0`;
    const query = place.includes('?');
    return new Polling(bridge, await ask(`${bridge}${place}${query ? `&${more}` : ''}`, query ? '' : more));
  },
};
