/** The terminal's rows as they are painted in Chromium: underscores are seen, and drawings join from row to row. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, openWindow } from '../support/chromium.ts';
import { type RunningBridge, startBridgeProgram } from './program.ts';

let bridge: RunningBridge;
let browser: Browser;

beforeAll(async () => {
  [bridge, browser] = await Promise.all([startBridgeProgram(''), launchChromium()]);
}, 30_000);

afterAll(async () => {
  await Promise.all([bridge.stop(), browser.close()]);
});

interface Look {
  /** How bright an underscore is in the row where it is hardest to see, of 255. */
  underscore: number;
  /** The same of those above a cell with a colour of its own. */
  aboveColour: number;
  /** The darkest pixel from top to bottom of rows of full blocks. */
  block: number;
  /** How much of its cell each half block covers. */
  halves: number[];
}

/** Fills the rows, and tells where their cells are. */
const fill = `(() => {
  const rows = [...document.querySelectorAll('.present .row')];
  rows.forEach((row, y) => { row.innerHTML = '_ ' + (y % 2 ? '<span class="b4"> </span>' : '_') + ' \\u2588 \\u2584 \\u2580'; });
  const { left, top, width } = document.querySelector('.present').getBoundingClientRect();
  const tops = rows.slice(0, 2).map((row) => row.getBoundingClientRect().top);
  return { left, top, cell: width / 80, row: tops[1] - tops[0], count: rows.length };
})()`;

/** Reads the pixels of a picture, which only a browser can. */
const measure = `async ({ picture, at, scale }) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + picture;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const height = at.row * scale;
  const column = (cell, from, to) => {
    const x = Math.round((at.left + (cell + 0.5) * at.cell) * scale);
    const top = Math.round(at.top * scale + from * height);
    const length = Math.round((to - from) * height);
    const { data } = context.getImageData(x, top, 1, length);
    return Array.from({ length }, (_, y) => data[4 * y + 1]);
  };
  const brightest = (cell, y) => Math.max(...column(cell, y + 0.7, y + 1.1));
  const rows = Array.from({ length: at.count - 2 }, (_, y) => y);
  const covered = (cell) => {
    const pixels = column(cell, 0, 20);
    return pixels.filter((value) => value > 85).length / pixels.length;
  };
  return {
    underscore: Math.min(...rows.map((y) => brightest(0, y))),
    aboveColour: Math.min(...rows.filter((y) => y % 2 === 0).map((y) => brightest(2, y))),
    block: Math.min(...column(4, 0.2, 20)),
    halves: [covered(6), covered(8)],
  };
}`;

const lookAt = async (page: Page, scale: number): Promise<Look> => {
  const at = await page.evaluate(fill);
  const picture = (await page.screenshot()).toString('base64');
  const reader = await browser.newPage();
  const look = await reader.evaluate(`(${measure})(${JSON.stringify({ picture, at, scale })})`);
  await reader.close();
  return look as Look;
};

const sizes = [1, 2].flatMap((scale) =>
  [
    [1000, 700],
    [1280, 800],
    [1366, 768],
    [1920, 1080],
  ].map(([width = 0, height = 0]) => ({ scale, width, height })),
);

test.each(sizes)('$width x $height at $scale pixels: an underscore is seen, blocks have no gaps', async (size) => {
  const { scale, ...viewport } = size;
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale });
  const { page, complaints } = await openWindow(context, `${bridge.url}/terminal.html`);
  const look = await lookAt(page, scale);
  await context.close();
  expect(complaints).toEqual([]);
  expect(look.underscore).toBeGreaterThan(85);
  // The cell below is blue: its green is 67.
  expect(look.aboveColour).toBeGreaterThan(85);
  expect(look.block).toBeGreaterThan(85);
  for (const share of look.halves) expect(Math.abs(share - 0.5)).toBeLessThan(0.07);
});
