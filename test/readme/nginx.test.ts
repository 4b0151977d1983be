/** The nginx block of README.md in a real nginx before a bridge: what it says of it holds. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { curl } from '../support/curl.ts';
import { type PeerServer, startPeer } from '../support/peer-servers.ts';
import { openWs } from '../support/ws-client.ts';
import { block, withPorts } from './readme.ts';
import { makeRoom, type Room } from './room.ts';

const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** The least that nginx needs around a block of `http`. */
const wholeConfig = (directory: string, http: string): string => `
  daemon off; master_process off; pid ${directory}/pid; error_log stderr warn;
  events { worker_connections 64; }
  http {
    access_log off;
    ${scratch.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
    ${http}
  }`;

let room: Room;
let nginx: PeerServer;
let chat = 0;
let url = '';

beforeAll(async () => {
  room = await makeRoom();
  const demo = await room.start('exec netwine demo --listen 127.0.0.1:0 --chat 127.0.0.1:0 --drain 0', /Ctrl-C/);
  const found = await demo.waitFor(/chat listens on 127\.0\.0\.1:(\d+); the bridge to it is .*:(\d+)\//);
  chat = Number(found[1]);
  nginx = await startPeer('readme-nginx', async (directory, port) => {
    const config = join(directory, 'nginx.conf');
    const http = withPorts(block('Behind nginx, for programs', 'nginx'), { 8000: port, 8080: Number(found[2]) });
    await writeFile(config, wholeConfig(directory, http));
    return { command: 'nginx', args: ['-p', directory, '-c', config, '-e', 'stderr'] };
  });
  url = `http://127.0.0.1:${nginx.port}`;
});

afterAll(async () => {
  await nginx.stop();
  await room.close();
});

test('a held answer streams through nginx, and posts reach the same session', async () => {
  const stream = await room.start(`curl -sN -X POST '${url}/connect?to=127.0.0.1:${chat}'`, /quit\.\r?\n/);
  const [, key = ''] = await stream.waitFor(/^OK (\S{20,})$/m);
  const { body } = await curl(['--data-binary', '@-', `${url}/send?key=${key}`], Buffer.from('hello\n'));
  expect(body.toString()).toMatch(/^OK 6 /);
  await stream.waitFor(/> hello\r?\n/);
  await stream.stop();
});

test('a WebSocket passes', async () => {
  const socket = await openWs(`${url}/connect?to=127.0.0.1:${chat}`, []);
  expect(String(await socket.next())).toContain('netwine chat');
  socket.close();
});

test('a page that nginx serves is refused, forwarded headers or not', async () => {
  for (const more of [[], ['-H', 'X-Forwarded-For: 127.0.0.1', '-H', 'X-Forwarded-Proto: http']]) {
    const args = ['-X', 'POST', '-H', `Origin: ${url}`, ...more, `${url}/connect?to=127.0.0.1:${chat}`];
    expect((await curl(args)).body.toString()).toMatch(/^NO DENIED_ORIGIN /);
  }
});
