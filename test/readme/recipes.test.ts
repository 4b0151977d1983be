/** The recipes of README.md, as printed, against real servers. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PeerServer, startRedis, startSshd } from '../support/peer-servers.ts';
import type { Program } from '../support/process.ts';
import { greeter, type Target } from '../support/targets.ts';
import { block, steps, withPorts } from './readme.ts';
import { makeRoom, type Room } from './room.ts';

const BANNERS = 'The banner of an SSH server, and IRC by a route';
const MIB = 1024 * 1024;

let room: Room;
let redis: PeerServer;
let sshd: PeerServer;
/** Greets as IRC servers do. */
let irc: Target;
let ports: Record<number, number>;

const printed = (text: string): string => withPorts(text.replaceAll('irc.example.net', '127.0.0.1'), ports);

beforeAll(async () => {
  room = await makeRoom();
  [redis, sshd] = await Promise.all([startRedis(), startSshd()]);
  irc = await greeter(':irc.example.net NOTICE * :*** Looking up your hostname\r\n');
  ports = { 6379: redis.port, 22: sshd.port, 6667: irc.port };
  await room.run(printed(block('Your own targets', 'sh')));
  const serve = block('Your own targets', 'sh', 1).trim();
  const bridge = await room.start(`exec ${serve} --listen 127.0.0.1:0 --drain 0`, /listens at \S+;/);
  ports[8080] = Number((await bridge.waitFor(/listens at http:\/\/127\.0\.0\.1:(\d+);/))[1]);
});

afterAll(async () => {
  await room.close();
  await Promise.all([irc.close(), redis.stop(), sshd.stop()]);
});

test('check-hosts answers as README.md shows, and denies by its exit status', async () => {
  const all = steps(block('Your own targets', 'console'));
  const exits: number[] = [];
  for (const { command, shown } of all) {
    const { exit, out } = await room.run(printed(command));
    expect(out).toBe(printed(shown));
    exits.push(exit);
  }
  expect(exits).toEqual([0, 0, 1]);
});

test('Redis answers by single requests', async () => {
  const { exit, out } = await room.run(printed(block('Redis, or any dialogue, by single requests', 'sh')));
  expect(exit).toBe(0);
  expect(out).toMatch(/^OK 6 \d+ \d+\n\+PONG\r\nOK\n$/);
});

test('an SSH server says its banner', async () => {
  const { out } = await room.run(printed(block(BANNERS, 'sh')));
  expect(out).toMatch(/^OK \S{20,}\nSSH-2\.0-OpenSSH/);
});

/** Opens the route as printed. @returns the curl that holds the answer, and the key */
const openIrc = async (): Promise<{ stream: Program; key: string }> => {
  const stream = await room.start(printed(block(BANNERS, 'sh', 1)), /NOTICE/);
  const [, key = ''] = await stream.waitFor(/^OK (\S{20,})\n:irc/);
  return { stream, key };
};

test('the route to IRC connects without a target', async () => {
  const { stream, key } = await openIrc();
  const post = `printf 'NICK me\\r\\n' | curl -s --data-binary @- localhost:8080/send?key=${key}`;
  expect((await room.run(printed(post))).out).toMatch(/^OK 9 /);
  expect(String(await (await irc.peer(0)).bytes(9))).toBe('NICK me\r\n');
  await stream.stop();
});

test('a file goes up, every byte of it', async () => {
  const file = randomBytes(MIB);
  await writeFile(join(room.directory, 'file'), file);
  const { stream, key } = await openIrc();
  const { out } = await room.run(printed(`key=${key}\n${block('A file up, every byte of it', 'sh')}`));
  expect(out).toMatch(/^OK 1048576 /);
  expect((await (await irc.peer(1)).bytes(MIB)).equals(file)).toBe(true);
  await stream.stop();
});

test('the example of WebSockets speaks with Redis by route and by target', async () => {
  await writeFile(join(room.directory, 'example.mjs'), printed(block('WebSocket', 'js')));
  const { exit, out } = await room.run('node example.mjs');
  expect(exit).toBe(0);
  expect(out.trim().split('\n').sort()).toEqual([printed('/connect?to=127.0.0.1:6379 +PONG'), '/redis +PONG']);
});
