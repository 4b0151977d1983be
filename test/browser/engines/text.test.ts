/** The harness reaches the browsers of a terminal: a form is filled in and sent, and the answer read off the screen. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echo, type Target } from '../../support/targets.ts';
import { type Stage, startStage } from './stage.ts';
import { startTextBrowser, type TextBrowserId, textBrowsers } from './text.ts';

let stage: Stage;
let target: Target;

beforeAll(async () => {
  [stage, target] = [await startStage(), await echo()];
});

afterAll(async () => {
  await stage.close();
  await target.close();
});

test.each(Object.keys(textBrowsers) as TextBrowserId[])('%s sends a form and shows the answer', async (id) => {
  const browser = await startTextBrowser(id, stage.run('stage/form', { to: target.to }).url);
  try {
    await browser.shows(/without script/);
    browser.send('hello');
    await browser.shows(/The target says: hello\./);
    expect((await target.peer(0)).received.toString()).toContain('hello');
  } finally {
    await browser.stop();
  }
});
