/** The browsers of a terminal: started at an address, driven by keys, and read as a person reads their screen. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../../support/engine-parts.ts';
import { EngineProcess } from '../../support/engine-process.ts';
import { Screen, screenSize } from './screen.ts';

interface TextRow {
  readonly about: string;
  /** How its User-Agent begins. */
  readonly agent: string;
  readonly args: readonly string[];
  /** What to press, with the cursor at the top of a page, to write into its first field and send its form. */
  send(text: string): readonly string[];
  /** What to press there to follow the link or press the button of this number, from 0; fields count, too. */
  follow(index: number): readonly string[];
  /** What it shows of a page that asks for itself again. */
  readonly goesOn: RegExp;
  /** What to press there, and what it then shows, to follow the link that it makes of that; none where it needs nobody. */
  readonly again: ReadonlyArray<readonly [key: string, shows: RegExp]>;
}

const enter = '\r';
const down = '\x1b[B';
const tab = '\t';
const pageUp = '\x1b[5~';

export const textBrowsers = {
  lynx: {
    about: 'Lynx',
    agent: 'Lynx',
    args: ['-accept_all_cookies', '-nopause'],
    send: (text) => [text, down, enter],
    follow: (index) => [down.repeat(index), enter],
    goesOn: /REFRESH\(5 sec\)/,
    again: [[enter, /news/]],
  },
  w3m: {
    about: 'w3m',
    agent: 'w3m',
    args: ['-no-cookie', '-o', 'meta_refresh=1'],
    send: (text) => [tab, enter, text, enter, tab, enter],
    follow: (index) => [tab.repeat(index + 1), enter],
    goesOn: /^Refresh \(5 sec\)/m,
    again: [],
  },
  links2: {
    about: 'Links 2',
    agent: 'Links',
    args: [],
    send: (text) => [text, enter, enter],
    follow: (index) => [down.repeat(index), enter],
    goesOn: /^\s*netwine\s+Connected\./,
    again: [
      [pageUp, /Refresh: receive/],
      [enter, /Text field, name data/],
      [pageUp, /news/],
    ],
  },
} as const satisfies Record<string, TextRow>;

export type TextBrowserId = keyof typeof textBrowsers;

export interface TextBrowser {
  /** What is on the screen. */
  readonly screen: string;
  readonly process: EngineProcess;
  /** Waits until the screen shows this. @throws with the screen after `waitMs` */
  shows(pattern: RegExp, waitMs?: number): Promise<RegExpExecArray>;
  /** Presses keys. */
  press(...keys: readonly string[]): void;
  /** Writes into the first field of the page and sends its form. */
  send(text: string): void;
  /** Follows the link or presses the button of this number. */
  follow(index: number): void;
  stop(): Promise<void>;
}

/** @throws with the package that is missing, where one is */
export const startTextBrowser = async (id: TextBrowserId, url: string): Promise<TextBrowser> => {
  const row: TextRow = textBrowsers[id];
  const own = new EngineProcess();
  try {
    // Without this file Links lays a greeting over the page.
    mkdirSync(join(own.home, '.links2'));
    writeFileSync(join(own.home, '.links2', 'links.cfg'), '');
    const words = ['exec', installed(id), ...row.args, `'${url}'`];
    const size = `stty rows ${screenSize.rows} columns ${screenSize.columns}`;
    // `script` gives it a terminal.
    const args = ['--quiet', '--flush', '--command', `${size}; ${words.join(' ')}`, '/dev/null'];
    const child = await own.start('script', args, { env: { TERM: 'vt100', SHELL: '/bin/sh' } });
    return follow(own, row, child);
  } catch (error) {
    await own.stop();
    throw new Error(`${id} was not started: ${(error as Error).message}`);
  }
};

const follow = (own: EngineProcess, row: TextRow, child: Awaited<ReturnType<EngineProcess['start']>>): TextBrowser => {
  const screen = new Screen();
  const watchers = new Set<() => void>();
  const wake = (): void => {
    for (const watch of [...watchers]) watch();
  };
  child.stdout?.on('data', (text: string) => {
    screen.write(text);
    wake();
  });
  const press = (...keys: readonly string[]): void => void child.stdin?.write(keys.join(''));
  return {
    get screen() {
      return screen.text;
    },
    process: own,
    press,
    send: (text) => press(...row.send(text)),
    follow: (index) => press(...row.follow(index)),
    async shows(pattern, waitMs = 15_000) {
      return await new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const look = (): void => {
          const found = pattern.exec(screen.text);
          if (found === null) return;
          end();
          resolve(found);
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`${row.about} did not show ${pattern} for ${waitMs} ms, but:\n${screen.text}`));
        }, waitMs);
        watchers.add(look);
        look();
      });
    },
    stop: () => own.stop(),
  };
};
