/** A program whose reader goes, as `head` does, serves on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));
let child: ChildProcess;

afterEach(async () => {
  const ended = once(child, 'exit');
  if (child.exitCode === null && child.kill()) await ended;
});

test('a bridge serves on when nobody reads what it says', async () => {
  child = spawn(process.execPath, [main, 'serve', '--listen', '127.0.0.1:0', '--drain', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  while (!/listens at \S+;/.test(said)) said += String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0]);
  const url = /listens at (\S+);/.exec(said)?.[1];
  child.stdout?.destroy();
  // Each is refused, which is told on the pipe that is broken.
  for (let i = 0; i < 3; i += 1) {
    const answer = await fetch(`${url}/connect?to=127.0.0.1:22`, { method: 'POST', headers: { Netwine: '1' } });
    expect(await answer.text()).toMatch(/^NO DENIED_TARGET/);
  }
});
