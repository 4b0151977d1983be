/** A small screen after a text, in every cut of it. */
import { expect } from 'vitest';
import { cuts, loadTerminal, looks, type Screen } from './terminal-global.ts';

export const terminal = loadTerminal();
export const CSI = '\x1b[';

export interface Shown {
  screen: Screen;
  answers: string;
  bells: number;
}

/** A small screen after a text, which is the same in every cut of it. */
export const shown = (text: string, options: object = {}): Shown => {
  const results = cuts(text).map(([, pieces]) => {
    const result = { answers: '', bells: 0 };
    const screen = terminal.createScreen({
      columns: 10,
      rows: 5,
      answer: (bytes: string) => {
        result.answers += bytes;
      },
      bell: () => {
        result.bells++;
      },
      ...options,
    });
    for (const piece of pieces) screen.write(piece);
    return { ...result, screen };
  });
  const states = results.map(({ screen, answers, bells }) => {
    const rows = Array.from(screen.grid.rows, (row) => looks(terminal, row));
    return JSON.stringify([rows, screen.x, screen.y, screen.style, answers, bells, screen.pushed]);
  });
  expect(new Set(states).size).toBe(1);
  const [first] = results;
  if (first === undefined) throw new Error('There is always a whole.');
  return first;
};

export const lines = (text: string, options: object = {}): string[] => Array.from(shown(text, options).screen.text());
export const place = (text: string, options: object = {}): [x: number, y: number] => {
  const { x, y } = shown(text, options).screen;
  return [x, y];
};
/** Five lines, which fill the screen. */
export const five = 'one\r\ntwo\r\nthree\r\nfour\r\nfive';
