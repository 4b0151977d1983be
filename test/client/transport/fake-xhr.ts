/** An XMLHttpRequest over Node's HTTP, as young or as old as a test wants; it is the global one once this is imported. */
import { type ClientRequest, request } from 'node:http';

/** How the next ones behave. */
export const habits = {
  /** Has `overrideMimeType`: bytes can be had as characters. */
  overrides: true,
  /** Announces only the first piece of an answer, as KHTML and Opera do. */
  announcesOnce: false,
  /** Cuts texts that it sends at the first NUL, as edbrowse does. */
  cutsAtNul: false,
  /** Shows whole answers only, and those without their last line end, as edbrowse does. */
  dropsLastEnd: false,
};

/** Those that were opened and neither ended nor were given up. */
export const live = new Set<FakeXhr>();
/** All that were sent. */
export const made: FakeXhr[] = [];
/** The URLs and bodies that were sent, texts only. */
export const sent: { url: string; body: unknown }[] = [];
/** The most requests for bytes that were live at a time; a test sets it back. */
export const peak = { receives: 0 };

class FakeXhr {
  readyState = 0;
  status = 0;
  responseText = '';
  onreadystatechange: (() => void) | null = null;
  aborted = false;
  overrideMimeType?: (type: string) => void;
  #url = '';
  #binary = false;
  #request: ClientRequest | null = null;

  constructor() {
    if (!habits.overrides) return;
    this.overrideMimeType = (type) => {
      this.#binary = type.includes('x-user-defined');
    };
  }

  open(_method: string, url: string): void {
    this.#url = url;
  }

  setRequestHeader(): void {}

  send(body: unknown): void {
    sent.push({ url: this.#url, body });
    live.add(this);
    made.push(this);
    peak.receives = Math.max(peak.receives, [...live].filter((one) => one.#url.endsWith('/receive')).length);
    void this.#send(body);
  }

  async #send(body: unknown): Promise<void> {
    const bytes =
      typeof body === 'string' ? Buffer.from(this.#text(body)) : Buffer.from(await (body as Blob).arrayBuffer());
    if (!live.has(this)) return;
    // As a page of the bridge: a program's header would do as well.
    const headers = { netwine: '1', 'content-length': bytes.length };
    this.#request = request(this.#url, { method: 'POST', headers, agent: false }, (response) => {
      this.status = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => {
        const first = this.readyState < 3;
        this.responseText += this.#decode(chunk);
        if (habits.dropsLastEnd) return;
        this.readyState = 3;
        if (first || !habits.announcesOnce) this.onreadystatechange?.();
      });
      response.on('error', () => this.#end(0));
      response.on('end', () => this.#end(this.status));
    });
    this.#request.on('error', () => this.#end(0)).end(bytes);
  }

  /** Bytes from 128 on are F780 to F7FF in x-user-defined. [WHATWG Encoding] */
  #decode(chunk: Buffer): string {
    if (!this.#binary) return chunk.toString('latin1');
    return Array.from(chunk, (byte) => String.fromCharCode(byte < 128 ? byte : 0xf700 + byte)).join('');
  }

  #text(text: string): string {
    return habits.cutsAtNul ? (text.split('\0')[0] ?? '') : text;
  }

  #end(status: number): void {
    if (!live.delete(this)) return;
    if (habits.dropsLastEnd) this.responseText = this.responseText.replace(/\n$/, '');
    this.status = status;
    this.readyState = 4;
    this.onreadystatechange?.();
  }

  abort(): void {
    this.aborted = true;
    live.delete(this);
    this.#request?.destroy();
  }
}

Object.assign(globalThis, { XMLHttpRequest: FakeXhr });
