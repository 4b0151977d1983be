/** Clients that are pages: each session has one of its own, in a window of Chromium or in an engine that was started for it. */
import { fileURLToPath } from 'node:url';
import { startEngine } from '../browser/engines/start.ts';
import type { EngineId } from '../browser/engines/table.ts';
import { launchChromium } from '../support/chromium.ts';
import { listen, type Open } from './openers.ts';
import type { Lines } from './page-lines.ts';

/** For a bridge that has the page. */
export const PAGES = ['--static', fileURLToPath(new URL('pages', import.meta.url))];

/** Opens an address. @returns what closes it */
export type Browse = (url: string) => Promise<() => Promise<unknown>>;

/** What opens pages, and ends once they are closed. */
export interface Browsing {
  browse: Browse;
  close(): Promise<void>;
}

/** A window for each page, with connections of its own. */
export const inChromium = async (): Promise<Browsing> => {
  const browser = await launchChromium();
  return {
    browse: async (url) => {
      const context = await browser.newContext();
      await (await context.newPage()).goto(url);
      return () => context.close();
    },
    close: () => browser.close(),
  };
};

/** An engine for each page. */
export const inEngine = (id: EngineId): Browsing => ({
  browse: async (url) => {
    const engine = await startEngine(id, url);
    return () => engine.stop();
  },
  close: async () => {},
});

export interface PageOptions {
  lines: Lines;
  browse: Browse;
  /** The bridge that the page comes from: its own address, which its sessions do not use. */
  pages: string;
  /** The only ways to receive; all where none is named. */
  ways: readonly string[];
  /** A page takes more once no more than so many bytes wait in its socket. */
  most?: number;
  /** Which page of the bridge: the one with the library. */
  page?: string;
}

/** The client for pages, a page for each session. */
export const byPage =
  ({ lines, browse, pages, ways, most = 65_536, page = 'line.html' }: PageOptions): Open =>
  (to, url) => {
    const { line, name } = lines.open();
    const query = new URLSearchParams({
      to,
      url: `${url}/`,
      lines: lines.url,
      line: name,
      ways: `${ways}`,
      most: `${most}`,
    });
    const opened = browse(`${pages}/${page}?${query}`).catch((error: Error) => {
      line.destroy(error);
      return async () => {};
    });
    return {
      ...listen(line),
      mostMs: 120_000,
      moves: () => Number(line.status.get('moves') ?? 0),
      status: () => `${line.status}`,
      close: async () => void (await (await opened)()),
    };
  };
