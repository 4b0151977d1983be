/** The library in a page of Chromium, without a demo around it: what came is counted and hashed where it came. */
import type { Browser, Page } from 'playwright-core';

/** Runs in the page. Hash and count outlive a reload, as a program would have to keep what it was told. */
const script = `
window.noise = (length, salt) => {
  const bytes = new Uint8Array(length);
  let state = salt * 2654435761;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
};
addEventListener('pagehide', (event) => window.crashes && event.stopImmediatePropagation(), true);
window.open1 = ({ to, ...options }) => {
  const [bytes, hash] = (sessionStorage.getItem('seen') ?? '0 2166136261').split(' ').map(Number);
  const seen = { bytes, hash, text: '', opened: 0, ended: 0, end: null, receivers: [] };
  window.seen = seen;
  window.socket = netwine.connect(to, {
    binary: 'bytes',
    ...options,
    onopen: () => (seen.opened += 1),
    onend: () => (seen.ended += 1),
    onclose: (end) => (seen.end = end),
    onchange: () => {
      const { receiver } = socket.status();
      if (receiver !== seen.receivers.at(-1)) seen.receivers.push(receiver);
    },
    ondata: (chunk) => {
      const fresh = chunk.subarray(Math.min(window.repeated, chunk.length));
      window.repeated -= chunk.length - fresh.length;
      for (let i = 0; i < fresh.length; i += 1) seen.hash = Math.imul(seen.hash ^ fresh[i], 16777619) >>> 0;
      seen.bytes += fresh.length;
      if (seen.bytes < 1000) seen.text += String.fromCharCode(...fresh);
      sessionStorage.setItem('seen', seen.bytes + ' ' + seen.hash);
    },
  });
  // What was told after the last snapshot comes once more.
  window.repeated = socket.resumed ? Math.max(bytes - socket.status().received, 0) : 0;
  return socket.resumed;
};`;

export interface ConnectOptions {
  to: string;
  /** Of a bridge, or of what stands before it. */
  url?: string;
  transports?: readonly string[];
  resume?: string;
}

export interface Seen {
  bytes: number;
  hash: number;
  text: string;
  opened: number;
  ended: number;
  end: { code: string; text: string; down?: number; up?: number } | null;
  /** The transports, as they followed each other. */
  receivers: string[];
}

export interface SessionPage {
  readonly page: Page;
  /** @returns whether it goes on with what a page before it had */
  connect(options: ConnectOptions): Promise<boolean>;
  /** Does something with `socket`, `seen` and `noise`. */
  run<T>(expression: string): Promise<T>;
  /** Waits until the expression holds. */
  until(expression: string): Promise<void>;
  seen(): Promise<Seen>;
  /** The page goes, and knows of it or not, and another of the same tab takes its place. */
  reload(how: { told: boolean }): Promise<void>;
}

/** @param url of a page that loads the library and does nothing */
export const openSessionPage = async (browser: Browser, url: string): Promise<SessionPage> => {
  const context = await browser.newContext();
  await context.addInitScript(script);
  const page = await context.newPage();
  await page.goto(url);
  return {
    page,
    connect: (options) => page.evaluate(`open1(${JSON.stringify(options)})`),
    run: (expression) => page.evaluate(expression),
    until: async (expression) => {
      await page.waitForFunction(expression, undefined, { timeout: 25_000, polling: 20 });
    },
    seen: () => page.evaluate('seen'),
    reload: async ({ told }) => {
      if (!told) await page.evaluate('window.crashes = true');
      await page.reload();
    },
  };
};

/** Bytes that no cut, double or swap leaves as they were: the same as in the page. */
export const noise = (length: number, salt: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let state = salt * 2_654_435_761;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
};

/** The hash of the page. [FNV-1a] */
export const fnv = (pieces: readonly Uint8Array[]): number => {
  let hash = 2_166_136_261;
  for (const piece of pieces) for (const byte of piece) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  return hash;
};
