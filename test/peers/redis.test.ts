/** A dialogue of requests and answers with Redis, over TCP and over a unix socket, with every byte value in it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PeerServer, startRedis } from '../support/peer-servers.ts';
import { type Running, startBridge } from './bridge.ts';
import { free } from './dialogue.ts';
import { ways } from './ways.ts';

/** Every byte value is in it, CR and LF too. */
const value = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  randomBytes(255 * 1024 + 768),
]);

let redis: PeerServer;
let bridge: Running;
let unixPath = '';

beforeAll(async () => {
  redis = await startRedis();
  unixPath = join(redis.directory, 'redis.sock');
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${redis.port}`, `allow unix:${unixPath}`],
    routes: [`/redis 127.0.0.1:${redis.port}`, `/redis-by-path unix:${unixPath}`],
  });
});

afterAll(async () => {
  await bridge.stop();
  await redis.stop();
});

/** A command as an array of bulk strings, the form of the Redis protocol for binary data. */
const command = (...words: (string | Uint8Array)[]): Buffer =>
  Buffer.concat([
    Buffer.from(`*${words.length}\r\n`),
    ...words.flatMap((word) => [Buffer.from(`$${word.length}\r\n`), Buffer.from(word), Buffer.from('\r\n')]),
  ]);

const places = {
  'TCP, by target': () => free(`tcp://127.0.0.1:${redis.port}`),
  'TCP, by route': () => '/redis',
  'its unix socket, by target': () => free(`unix:${unixPath}`),
  'its unix socket, by route': () => '/redis-by-path',
};

describe.each(ways)('Redis by $name', ({ open }) => {
  it.each(Object.entries(places))('keeps and gives back 256 KiB over %s', async (name, place) => {
    const dialogue = await open(bridge.url, place());
    const { inbox } = dialogue;
    await dialogue.write(command('PING'));
    expect((await inbox.through('\r\n')).toString()).toBe('+PONG\r\n');
    await dialogue.write(command('SET', name, value));
    expect((await inbox.through('\r\n')).toString()).toBe('+OK\r\n');
    await dialogue.write(command('GET', name));
    expect((await inbox.through('\r\n')).toString()).toBe(`$${value.length}\r\n`);
    expect((await inbox.take(value.length)).equals(value)).toBe(true);
    expect((await inbox.take(2)).toString()).toBe('\r\n');
    await dialogue.write(command('DEL', name));
    expect((await inbox.through('\r\n')).toString()).toBe(':1\r\n');
    await dialogue.write(command('QUIT'));
    expect((await inbox.rest()).toString()).toBe('+OK\r\n');
    await dialogue.close();
  });
});
