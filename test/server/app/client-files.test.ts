/** The client's script beside static files: its own three files by name, and nothing else of where it was built. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../../server/app.ts';
import { HttpClient } from '../../support/http-client.ts';

let folder: string;
const running: App[] = [];
let beside: HttpClient;
let below: HttpClient;

const SECRET = 'must stay where it is';

/** An app that serves `root`, mounted at a prefix or not. */
const serve = async (root: string, prefix = ''): Promise<HttpClient> => {
  const hosts = { clients: 'allow @loopback\n', targets: '' };
  const app = await createApp({ hosts, staticDir: join(folder, root), clientDir: join(folder, 'built'), prefix });
  running.push(app);
  return new HttpClient(await app.app.listen({ host: '127.0.0.1', port: 0 }));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netwine-client-files-'));
  for (const name of ['pages', 'own', 'built/types/sub']) await mkdir(join(folder, name), { recursive: true });
  for (const [name, text] of [
    ['secret.txt', SECRET],
    ['pages/index.html', 'a page'],
    ['own/index.html', 'a page'],
    ['own/netwine.js', 'own'],
    ['built/netwine.js', 'script'],
    ['built/netwine.js.map', '{}'],
    ['built/netwine-websocket.js', 'second'],
    ['built/netwine-old.js', 'old'],
    ['built/index.html', SECRET],
    ['built/other.js', SECRET],
    ['built/netwine-other.js', SECRET],
    ['built/types/modern.d.ts', SECRET],
    ['built/.env', SECRET],
  ] as const) {
    await writeFile(join(folder, name), text);
  }
  await symlink(join(folder, 'secret.txt'), join(folder, 'built/netwine.mjs'));
  await symlink(join(folder, 'secret.txt'), join(folder, 'own/netwine.js.map'));
  [beside, below] = [await serve('pages', '/nw'), await serve('own')];
});

afterAll(async () => {
  for (const http of [beside, below]) await http.close();
  for (const { app } of running) await app.close();
  await rm(folder, { recursive: true });
});

/** Status, type and body of an answer to a path as it is written. */
const ask = async (http: HttpClient, path: string, method = 'GET'): Promise<[number, string, string]> => {
  const text = await http.exchangeRaw(`${method} ${path} HTTP/1.1\r\nHost: ${http.host}\r\nConnection: close\r\n\r\n`);
  const at = text.indexOf('\r\n\r\n');
  const type = /^content-type: (.*)$/im.exec(text.slice(0, at))?.[1]?.trim() ?? '';
  return [Number(text.slice(9, 12)), type, text.slice(at + 4)];
};

test('the scripts and their maps are served below the prefix, beside the pages', async () => {
  expect(await ask(beside, '/nw/netwine.js')).toEqual([200, 'application/javascript; charset=utf-8', 'script']);
  expect(await ask(beside, '/nw/netwine.js?v=1', 'HEAD')).toEqual([200, 'application/javascript; charset=utf-8', '']);
  expect((await ask(beside, '/nw/netwine.js.map'))[2]).toBe('{}');
  expect((await ask(beside, '/nw/netwine-websocket.js'))[2]).toBe('second');
  expect((await ask(beside, '/nw/netwine-old.js'))[2]).toBe('old');
  expect((await ask(beside, '/nw/index.html'))[2]).toBe('a page');
  expect((await ask(beside, '/nw/'))[2]).toBe('a page');
  expect((await ask(beside, '/netwine.js'))[0]).toBe(404);
});

test('a file of the same name among the pages comes first, and a link out of them stays closed', async () => {
  expect((await ask(below, '/netwine.js'))[2]).toBe('own');
  const [status, , body] = await ask(below, '/netwine.js.map');
  expect([status, body.includes(SECRET)]).toEqual([404, false]);
});

test.each([
  '/netwine.mjs',
  '/other.js',
  '/types/modern.d.ts',
  '/types/',
  '/types',
  '/.env',
  '/netwine.js/',
  '/netwine-other.js',
  '/netwine.js/../other.js',
  '/netwine.js%2f..%2fother.js',
  '/NETWINE.JS',
  '/netwine.js%00',
  '/../secret.txt',
])('nothing else of the build is there: %s', async (path) => {
  for (const [http, prefix] of [
    [beside, '/nw'],
    [below, ''],
  ] as const) {
    const [status, , body] = await ask(http, `${prefix}${path}`);
    expect([400, 403, 404]).toContain(status);
    expect(body).not.toContain(SECRET);
    expect(body).not.toContain('script');
  }
});
