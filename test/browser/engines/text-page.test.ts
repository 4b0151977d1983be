/** The page without script in the browsers of a terminal: a dialogue of text, read off the screen as a person reads it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closedPort, startTarget, type Target } from '../../support/targets.ts';
import { nameOf, renewed } from './readme-table.ts';
import { type Stage, startStage } from './stage.ts';
import { startTextBrowser, type TextBrowser, type TextBrowserId, textBrowsers } from './text.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  await stage.close();
});

/** What is a script, an attribute, a colour, a bell or another charset elsewhere. */
const hostile = Buffer.concat([
  Buffer.from('<script>alert(1)</script> &lt; & <b>x</b> \x1b[31mred\x1b[2J\x07\b\0 gr\u00fc\u00df \u20ac '),
  Buffer.from([0xff, 0x9b]),
  Buffer.from('end\r\n'),
]);

/** Answers each line by a line. */
const talker = (): Promise<Target> =>
  startTarget(({ socket }) => {
    const answer = (line: string): void => {
      if (line === 'odd') socket.write(hostile);
      else if (line === 'bye') socket.end('so long\r\n');
      else socket.write(`you said ${line}\r\n`);
    };
    let rest = '';
    socket.on('data', (piece: Buffer) => {
      const lines = (rest + piece).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(answer);
    });
    socket.write('welcome\r\n');
  });

/** What can be followed on the page of a session: after the field, the button beside it and the choice of line ends. */
const refresh = 3;
const refreshByItself = 4;
const close = 5;

const ids = Object.keys(textBrowsers) as TextBrowserId[];

/** Opens a session with a target of its own. */
const within = async (
  id: TextBrowserId,
  run: (browser: TextBrowser, target: Target) => Promise<void>,
): Promise<void> => {
  const target = await talker();
  const browser = await startTextBrowser(id, `${stage.url}/connect?as=page`);
  try {
    await browser.shows(/netwine[\s\S]*Target [_[][\s\S]*irc\.example\.net:6667/);
    browser.send(target.to);
    await browser.shows(/welcome[\s\S]*Connected\./);
    await run(browser, target);
  } finally {
    await browser.stop();
    await target.close();
  }
};

test.each(ids)('%s has a dialogue with a target, is told its end, and why another refuses', { timeout: 60_000 }, (id) =>
  within(id, async (browser, target) => {
    browser.send('hello there');
    await browser.shows(/you said hello there/);
    browser.send('odd');
    await browser.shows(/^ *<script>alert\(1\)<\/script> &lt; & <b>x<\/b> red gr\u00fc\u00df \u20ac \u00ffend$/m);
    (await target.peer()).socket.write('news\r\n');
    browser.follow(refresh);
    await browser.shows(/^ *news$/m);
    browser.send('bye');
    await browser.shows(/so long[\s\S]*The target has finished sending\./);
    browser.follow(close);
    await browser.shows(/The connection is closed\./);
    browser.follow(0);
    await browser.shows(/Target/);
    browser.send(`127.0.0.1:${await closedPort()}`);
    await browser.shows(/the target refused the connection \(REFUSED\)/);
    expect((await target.peer()).received.toString()).toBe('hello there\r\nodd\r\nbye\r\n');
  }),
);

test.each(ids)(
  '%s shows what is new on a page that asks for itself again, by itself or by hand',
  { timeout: 60_000 },
  (id) =>
    within(id, async (browser, target) => {
      browser.follow(refreshByItself);
      await browser.shows(textBrowsers[id].goesOn);
      (await target.peer()).socket.write('news\r\n');
      for (const [key, shown] of textBrowsers[id].again) {
        browser.press(key);
        await browser.shows(shown);
      }
      await browser.shows(/^ *news$/m);
      const agent = [...stage.agents].find((text) => text.startsWith(textBrowsers[id].agent)) ?? '';
      const found = { name: nameOf(agent), ways: ['page'] };
      const row = renewed(id, found, { isRow: true });
      const shown = (name: string): string => name.replace(/[\d.]+$/, '');
      expect([shown(found.name), found.ways]).toEqual([shown(row.name), row.ways]);
    }),
);
