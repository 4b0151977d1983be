/** The transcripts of README.md against a demo that is running: what it shows is what comes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Program } from '../support/process.ts';
import { block, comparable, keyOf, steps, withPorts } from './readme.ts';
import { makeRoom, type Room } from './room.ts';

let room: Room;
let demo: Program;
let ports: Record<number, number>;

beforeEach(async () => {
  room = await makeRoom();
  demo = await room.start('exec netwine demo --listen 127.0.0.1:0 --chat 127.0.0.1:0 --drain 0', /Ctrl-C/);
  const [, chat, bridge] = await demo.waitFor(/chat listens on 127\.0\.0\.1:(\d+); the bridge to it is .*:(\d+)\//);
  ports = { 7777: Number(chat), 8080: Number(bridge) };
});

afterEach(() => room.close());

const [opening] = steps(block('Try it', 'console'));
const [sending] = steps(block('Try it', 'console', 1));

test('curl opens the chat, a second one says hello, and the first one shows it', async () => {
  if (!opening || !sending) throw new Error('README.md has no transcript of the demo');
  const stream = await room.start(withPorts(opening.command, ports), /quit\.\r?\n/);
  expect(comparable(stream.output)).toBe(comparable(opening.shown));
  const command = withPorts(sending.command.replace(keyOf(opening.shown), keyOf(stream.output)), ports);
  expect(comparable((await room.run(command)).out)).toBe(comparable(sending.shown));
  await stream.waitFor(/^<guest-1> hello\r?$/m);
});

test('what to do stands first, before any line of the log', () => {
  expect(demo.output).toMatch(/^The chat listens on /);
});

test('the pages that it names are there', async () => {
  for (const page of ['chat.html', 'console.html']) {
    const answer = await fetch(`http://127.0.0.1:${ports[8080]}/${page}`);
    expect([answer.status, (await answer.text()).includes('<html')]).toEqual([200, true]);
  }
});

test('posts of forms do for a poor client what the transcript shows', async () => {
  const shown = steps(block('Old browsers and other poor clients', 'console'));
  expect(shown).toHaveLength(3);
  let keys: [shown: string, real: string] | null = null;
  for (const step of shown) {
    const command = keys === null ? step.command : step.command.replace(...keys);
    const { out } = await room.run(withPorts(command, ports));
    expect(comparable(out)).toBe(comparable(step.shown));
    keys ??= [keyOf(step.shown), keyOf(out)];
  }
});
