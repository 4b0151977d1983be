/** The browsers of a terminal: started at an address, driven by keys, and read as a person reads their screen. */
import { installed } from '../../support/engine-parts.ts';
import { EngineProcess } from '../../support/engine-process.ts';
import { Screen, screenSize } from './screen.ts';

interface TextRow {
  readonly about: string;
  readonly args: readonly string[];
  /** What to press, with the cursor at the top of a page, to write into its first field and send its form. */
  send(text: string): readonly string[];
}

const enter = '\r';
const down = '\x1b[B';
const tab = '\t';

export const textBrowsers = {
  lynx: {
    about: 'Lynx',
    args: ['-accept_all_cookies', '-nopause'],
    send: (text) => [text, down, enter],
  },
  w3m: {
    about: 'w3m',
    args: ['-no-cookie'],
    send: (text) => [tab, enter, text, enter, tab, enter],
  },
  links2: {
    about: 'Links 2',
    args: [],
    send: (text) => [down, enter, text, enter, enter],
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
  stop(): Promise<void>;
}

/** @throws with the package that is missing, where one is */
export const startTextBrowser = async (id: TextBrowserId, url: string): Promise<TextBrowser> => {
  const row: TextRow = textBrowsers[id];
  const own = new EngineProcess();
  try {
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
