/** Static files: what a directory shows of itself, and that nothing leads out of it. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../../server/app.ts';
import { HttpClient, newNonce, refusal } from '../../support/http-client.ts';
import { echo, type Target } from '../../support/targets.ts';

const SECRET = 'must stay where it is';
const PAGE = '<!doctype html><meta name="token" content="{{token}}"><a data-token="{{token}}" href="{{bridge}}/">';

let folder: string;
let target: Target;
let running: App;
let http: HttpClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netwine-static-'));
  const root = join(folder, 'public');
  await mkdir(join(root, 'sub', 'empty'), { recursive: true });
  await mkdir(join(root, '.git'));
  await mkdir(join(folder, 'public-not'));
  for (const [name, text] of [
    ['secret.txt', SECRET],
    ['public-not/secret.txt', SECRET],
    ['public/.git/config', SECRET],
    ['public/.env', SECRET],
    ['public/index.html', PAGE],
    ['public/sub/index.html', PAGE],
    ['public/plain.txt', 'plain {{token}}'],
    ['public/a b.js', '1'],
    ['public/sub/note.txt', 'note'],
    ['public/routed', SECRET],
  ] as const) {
    await writeFile(join(folder, name), text);
  }
  await symlink(folder, join(root, 'up'));
  await symlink(join(folder, 'secret.txt'), join(root, 'link.txt'));
  await symlink(join(folder, 'public-not'), join(root, 'side'));
  await symlink('loop', join(root, 'loop'));
  await symlink('nowhere', join(root, 'dangling.txt'));
  await symlink(join(root, 'sub'), join(root, 'inner'));
  target = await echo();
  running = await createApp({
    hosts: { clients: 'allow @loopback\n', targets: 'allow 127.0.0.1 *\n', routes: `/routed ${target.to}\n` },
    staticDir: root,
  });
  http = new HttpClient(await running.app.listen({ host: '127.0.0.1', port: 0 }));
});

afterAll(async () => {
  await http.close();
  await running.app.close();
  await target.close();
  await rm(folder, { recursive: true });
});

interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

/** Asks with a path just as it is written. */
const ask = async (line: string, headers: readonly string[] = []): Promise<RawAnswer> => {
  const lines = [`${line} HTTP/1.1`, `Host: ${http.host}`, 'Connection: close', ...headers, '', ''];
  const text = await http.exchangeRaw(lines.join('\r\n'));
  const at = text.indexOf('\r\n\r\n');
  return { status: Number(text.slice(9, 12)), head: text.slice(0, at).toLowerCase(), body: text.slice(at + 4) };
};

describe('the files of a directory', () => {
  it.each([
    ['/plain.txt', 'plain {{token}}'],
    ['/a%20b.js', '1'],
    ['/sub/note.txt', 'note'],
    ['/plain.txt?x=../../secret.txt', 'plain {{token}}'],
    ['/inner/note.txt', 'note'],
  ])('are served: %s', async (path, body) => {
    const answer = await ask(`GET ${path}`);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.head).toContain('x-content-type-options: nosniff');
  });

  it('have the index for a directory, and no listing for one without', async () => {
    expect((await ask('GET /')).body).toContain('<!doctype html>');
    expect((await ask('GET /sub/')).body).toContain('<!doctype html>');
    expect((await ask('GET /sub/empty/')).status).toBe(404);
    expect((await ask('GET /sub/empty')).status).toBe(404);
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/sub/../../secret.txt',
    '/../public-not/secret.txt',
    '/..%2fpublic-not%2fsecret.txt',
    '/....//secret.txt',
    '//etc/passwd',
    '/%2Fetc%2Fpasswd',
    '/index.html%00.png',
    '/index.html%00',
    '/%',
    '/%c0%ae%c0%ae/secret.txt',
    '/.git/config',
    '/.git%2fconfig',
    '/%2egit/config',
    '/sub/../.git/config',
    '/.env',
    '/up/secret.txt',
    '/up/',
    '/up',
    '/up/public/.env',
    '/link.txt',
    '/side/secret.txt',
    '/loop',
    '/loop/x',
    '/dangling.txt',
    '/index.html/',
    '/plain.txt/',
    '/none.txt',
  ])('hold no way out, no hidden file and no listing: %s', async (path) => {
    const answer = await ask(`GET ${path}`);
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.body).not.toContain(SECRET);
    expect(answer.body).not.toContain('root:');
    expect((await ask(`HEAD ${path}`)).status).toBe(answer.status);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'POST', 'TRACE'])('are not for %s', async (method) => {
    const answer = await ask(`${method} /plain.txt`, ['Content-Length: 0', 'User-Agent: test']);
    expect([400, 404, 405]).toContain(answer.status);
    expect((await ask('GET /plain.txt')).body).toBe('plain {{token}}');
  });

  it('are sent whole whatever ranges are asked for', async () => {
    const ranges = Array.from({ length: 1000 }, () => '0-').join(',');
    const answer = await ask('GET /plain.txt', [`Range: bytes=${ranges}`]);
    expect(answer).toMatchObject({ status: 200, body: 'plain {{token}}' });
  });

  it('are told about by HEAD without a body', async () => {
    const answer = await ask('HEAD /plain.txt');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.head).toContain('content-length: 15');
    expect((await ask('GET /plain.txt', ['If-None-Match: *'])).status).toBe(304);
  });

  it('give way to a route of the same name', async () => {
    const answer = await ask('GET /routed');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/^NO BAD_REQUEST /);
  });

  it('are no place for a WebSocket', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const answer = await ask('GET /plain.txt', [...upgrade, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']);
    expect(answer.status).toBe(404);
    expect(answer.body).toBe('NO BAD_REQUEST nothing is here\n');
  });
});

describe('an HTML page', () => {
  const tokens = ({ body }: RawAnswer): string[] =>
    [...body.matchAll(/(?:content|data-token)="([^"]*)"/g)].map(([, token = '']) => token);

  it('carries a token in every place for one, good for a connect', async () => {
    const [one, two] = [await ask('GET /'), await ask('GET /sub/index.html')];
    for (const page of [one, two]) {
      const [token = '', again] = tokens(page);
      expect(token).toMatch(/^[0-9a-z]+\.[\w-]{43}$/);
      expect(again).toBe(token);
      expect(page.head).toContain('cache-control: no-store');
      expect(page.head).not.toMatch(/\n(?:etag|last-modified):/);
      const from = { netwine: '', 'user-agent': 'Mozilla/4.0' };
      const parameters = { to: target.to, nonce: newNonce(), mode: 'poll', hold: 0 };
      expect(refusal(await http.ask('/connect', parameters, { headers: from }))).toBe('403 DENIED_ORIGIN');
      expect((await http.ask('/connect', { ...parameters, token }, { headers: from })).text).toMatch(/^OK /);
    }
  });

  it.each(['127.0.0.1', 'localhost:8443', 'LOCALHOST.:1'])('names its bridge as its reader does: %s', async (host) => {
    const text = await http.exchangeRaw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(text).toContain(` href="http://${host}/"`);
  });

  it.each(['localhost"><b>', "localhost'", 'localhost/b', 'localhost:"', ''])(
    'names nothing that is no host: %j',
    async (host) => {
      const text = await http.exchangeRaw(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
      expect(text).toMatch(/^HTTP\/1\.1 421 /);
    },
  );

  it('is told about by HEAD as GET would tell, without a body', async () => {
    const answer = await ask('HEAD /index.html');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.head).toContain('content-type: text/html; charset=utf-8');
    expect(answer.head).toContain('cache-control: no-store');
    expect(answer.head).not.toMatch(/\n(?:etag|last-modified|content-length):/);
  });

  it('can be asked for many times on one connection, by HEAD and GET in turn', async () => {
    const one = (method: string, last = false): string =>
      `${method} /index.html HTTP/1.1\r\nHost: ${http.host}\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
    const text = await http.exchangeRaw(one('HEAD') + one('GET') + one('HEAD') + one('GET', true));
    expect(text.match(/HTTP\/1\.1 200 OK\r/g)).toHaveLength(4);
    expect(text.match(/<!doctype html>/g)).toHaveLength(2);
  });
});
