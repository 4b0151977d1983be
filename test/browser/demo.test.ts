/** The demo program as a person runs it: the printed curl lines do what they say, and a taken port is told with its flag. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Program, startProgram } from '../support/process.ts';
import { mainPath, type RunningDemo, startDemoProgram } from './program.ts';

let programs: Program[] = [];

afterEach(async () => {
  for (const program of programs.reverse()) await program.stop();
  programs = [];
});

const startDemo = async (...flags: string[]): Promise<RunningDemo> => {
  const demo = await startDemoProgram(flags);
  programs.push(demo.program);
  await demo.program.waitFor(/Ctrl-C stops both/);
  return demo;
};

/** Runs a line as a shell does. */
const shell = async (line: string): Promise<Program> => {
  const program = await startProgram({ command: 'sh', args: ['-c', line] });
  programs.push(program);
  return program;
};

/** A command of the instructions, as it stands there. */
const printed = (demo: RunningDemo, verb: 'connect' | 'send'): string =>
  new RegExp(`^ {2}(.*curl .*/${verb}\\?.*)$`, 'm').exec(demo.program.output)?.[1] ?? '';

test('the printed curl lines open a session, read it and write to it', async () => {
  const demo = await startDemo();
  const reading = await shell(`exec ${printed(demo, 'connect')}`);
  const [, key = ''] = await reading.waitFor(/^OK (\S{16,})\n/);
  await reading.waitFor(/^Welcome to the netwine chat\. You are guest-1\. 1 person is here\.\r\n/m);
  const writing = await shell(printed(demo, 'send').replace('KEY', key));
  expect(await writing.exit).toEqual({ code: 0, signal: null });
  expect(writing.output).toMatch(/^OK 6 \d+ \d+\n$/);
  await reading.waitFor(/^<guest-1> hello\r\n/m);
});

test('a curl that is broken off has left the chat when its session was kept long enough', async () => {
  const demo = await startDemo('--keep', '0.5');
  const [staying, going] = [
    await shell(`exec ${printed(demo, 'connect')}`),
    await shell(`exec ${printed(demo, 'connect')}`),
  ];
  await Promise.all([staying.waitFor(/You are guest/), going.waitFor(/You are guest/)]);
  await going.stop();
  await staying.waitFor(/^\* guest-\d leaves\.\r\n/m);
});

test('only the chat is open: another port of this machine is denied', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const demo = await startDemo();
  const address = new URL('/connect', demo.chatPage);
  const answer = await fetch(`${address}?to=127.0.0.1:${port}`, { method: 'POST' });
  expect(await answer.text()).toMatch(/^NO DENIED_TARGET /);
  other.close();
});

test.each(['listen', 'chat'])('a taken port ends the program with one line that names --%s', async (flag) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const flags = { listen: '127.0.0.1:0', chat: '127.0.0.1:0', [flag]: `127.0.0.1:${port}` };
  const args = [mainPath, 'demo', '--listen', flags.listen, '--chat', flags.chat];
  const failed = await startProgram({ command: process.execPath, args });
  expect(await failed.exit).toEqual({ code: 1, signal: null });
  expect(failed.output).toMatch(
    new RegExp(`^127\\.0\\.0\\.1:${port} is taken: .* -- --${flag} 127\\.0\\.0\\.1:0\\b.*\\n$`),
  );
  taken.close();
});
