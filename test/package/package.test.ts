/** The package: what is in it, that its program and its library run where it is installed, and that its types hold. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../house/tree.ts';
import { block, withPorts } from '../readme/readme.ts';
import { curl } from '../support/curl.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/process.ts';
import { greeter } from '../support/targets.ts';
import { type Packed, packAndInstall } from './packed.ts';

let packed: Packed;

beforeAll(async () => {
  packed = await packAndInstall();
}, 240_000);

afterAll(() => packed?.remove());

/** What a test has started, the first one first. */
const started: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of started.splice(0).reverse()) await end();
});

test('the tarball holds what is run and read, and nothing else', () => {
  const files = packed.files.map((path) => path.replace(/^package\//, ''));
  const wanted = ['README.md', 'LICENSE', 'server/PROTOCOL.md', 'hosts/README.md', 'hosts/clients', 'hosts/targets'];
  expect(files).toEqual(
    expect.arrayContaining([...wanted, 'hosts/routes', 'dist/server/main.js', 'client/demo/chat.html']),
  );
  const tops = new Set(files.map((path) => path.split('/')[0]));
  expect([...tops].sort()).toEqual(['LICENSE', 'README.md', 'client', 'dist', 'hosts', 'package.json', 'server']);
  const built = files.filter((path) => /^dist\/client\/[^/]+$/.test(path));
  const names = ['netwine-old', 'netwine-websocket', 'netwine'];
  const scripts = names.flatMap((name) => [`${name}.js`, `${name}.js.map`]);
  expect(built.sort()).toEqual(['net.mjs', ...scripts, 'netwine.mjs'].map((name) => `dist/client/${name}`));
  const strange = /(^|\/)test|stale|\.map$|\.tsbuildinfo$|(?<!\.d)\.ts$/;
  expect(files.filter((path) => strange.test(path) && !scripts.includes(path.replace('dist/client/', '')))).toEqual([]);
});

test('an installation warns of nothing but what README.md says', () => {
  const told = packed.complaints.split('\n').filter((line) => line.includes('package:'));
  const onOldNode = Number(process.versions.node.split('.')[0]) < 22;
  expect(told.map((line) => /'(.+)@(\d+)/.exec(line)?.slice(1, 3).join('@'))).toEqual(onOldNode ? ['cookie@2'] : []);
  expect(packed.complaints).not.toMatch(/deprecated|peer dep/i);
});

test('the program helps, by its name and by npx, from an empty directory', async () => {
  const { empty, prefix, run } = packed;
  const [, , help = ''] = block('Install', 'sh').split('\n');
  const byName = await run(empty, `PATH="${prefix}/bin:$PATH"; ${help}`);
  expect(byName.stdout).toMatch(/^netwine: a bridge[\s\S]*--listen HOST:PORT/);
  expect((await run(empty, 'npx --no -- netwine --help')).stdout).toBe(byName.stdout);
  expect(await readdir(empty)).toEqual([]);
});

test('the program finds its own pages and hosts files', async () => {
  const { empty, prefix } = packed;
  const bin = join(prefix, 'bin/netwine');
  const args = ['--listen', '127.0.0.1:0', '--drain', '0'];
  const serving = await startProgram({ command: bin, args, cwd: empty, ready: /listens at \S+;/ });
  started.push(() => serving.stop());
  const [, url = ''] = await serving.waitFor(/listens at (\S+);/);
  expect((await curl([`${url}/chat.html`])).body.toString()).toContain('<title>Chat');
  expect((await curl([`${url}/netwine.js`])).body.toString()).toMatch(/^\/\* netwine .*\nvar netwine=/);
  expect((await curl(['-X', 'POST', `${url}/connect?to=127.0.0.1:22`])).body.toString()).toMatch(/^NO DENIED_TARGET/);
});

test('npm run demo builds, takes its flags, and ends by Ctrl-C', async () => {
  // A terminal signals all that runs in it; npm does not hand a signal on past its shell.
  const args = ['npm', 'run', 'demo', '--', '--listen', '127.0.0.1:0', '--chat', '127.0.0.1:0'];
  const demo = await startProgram({ command: 'setsid', args, cwd: packed.tree, ready: /Ctrl-C/ });
  const interrupt = async (): Promise<unknown> => {
    process.kill(-demo.pid, 'SIGINT');
    return demo.exit;
  };
  started.push(interrupt);
  expect(demo.output).toMatch(/chat listens on 127\.0\.0\.1:\d+; the bridge to it is http:\/\/127\.0\.0\.1:\d+\//);
  expect(await readdir(join(packed.tree, 'dist/server'))).not.toContain('stale.js');
  started.pop();
  await interrupt();
});

test('the example of the library runs as printed', async () => {
  const { consumer, run } = packed;
  const target = await greeter('hello\n');
  started.push(() => target.close());
  const ports = { 3000: await freePort(), 6379: target.port };
  await run(consumer, withPorts(block('Your own targets', 'sh'), ports));
  await writeFile(join(consumer, 'example.js'), withPorts(block('As a library', 'js'), ports));
  const args = ['example.js'];
  const app = await startProgram({ command: process.execPath, args, cwd: consumer, ready: /the bridge is at \S+/ });
  started.push(() => app.stop());
  const [, url = ''] = await app.waitFor(/the bridge is at (\S+)/);
  const stream = await startProgram({ command: 'curl', args: ['-qsN', '-X', 'POST', `${url}redis`], ready: /hello/ });
  started.push(() => stream.stop());
  expect(stream.output).toMatch(/^OK \S{20,}\nhello\n$/);
});

const consumerText = `
import { netwine, NetwineError, type Connect, type NetwineOptions, type Policy } from 'netwine';
const connect: Connect = async ({ target }) => { throw new NetwineError('REFUSED', { text: target.kind }); };
export const options: NetwineOptions = { policy: {} as Policy, targets: { exec: { connect, framing: 'lines' } } };
// @ts-expect-error: a policy is no number, so the types are not just any.
export const wrong: number = options.policy;
export { netwine };
`;

const pageText = `
import { createSession, type Session } from 'netwine/browser';
export const begin: typeof createSession = createSession;
// @ts-expect-error: a session is no number, so the types are not just any.
export const wrong: Session<string> = 1;
`;

const netText = `
import net, { configure, connect, type NetOptions, Socket } from 'netwine/net';
const options: NetOptions = { transports: ['poll'] };
configure(options);
export const sockets: Socket[] = [connect(6379, '127.0.0.1').setNoDelay(true), net.createConnection('/path'), new net.Socket()];
// @ts-expect-error: an option is no number, so the types are not just any.
export const wrong: number = options.url;
`;

test('types resolve for a consumer, and the example is well typed', async () => {
  const { consumer, run } = packed;
  await writeFile(join(consumer, 'example.ts'), block('As a library', 'js'));
  await writeFile(join(consumer, 'options.ts'), consumerText);
  await writeFile(join(consumer, 'page.ts'), pageText);
  await writeFile(join(consumer, 'net.ts'), netText);
  const flags = '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2023 --types node';
  // By its path: another version that is there for the build has taken the name in `.bin`.
  const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
  // What tsc finds it prints, and says by its exit status.
  await run(consumer, `'${tsc}' ${flags} example.ts options.ts page.ts net.ts >&2`);
  // Bundlers and Node find the same modules.
  await run(consumer, `node -e "import('netwine/browser').then((all) => all.createSession.call)"`);
  await run(consumer, `node -e "import('netwine/net').then((all) => all.default.connect.call)"`);
});
