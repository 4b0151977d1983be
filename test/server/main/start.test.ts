/** What the command line says when it cannot start: a line or two for a person, a status, and never a stack trace. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../../support/process.ts';

const main = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netwine-start-'));
});

afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  code: number | null;
  output: string;
}

/** Runs the program to its end. */
const run = async (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => {
  const program = await startProgram({ command: process.execPath, args: [main, ...args], env });
  const { code } = await program.exit;
  expect(program.output).not.toMatch(/\n\s+at |node:internal|Error:/);
  return { code, output: program.output.replaceAll(`${folder}/`, '') };
};

/** A directory of hosts files. */
const hosts = async (name: string, files: Record<string, string>): Promise<string> => {
  const directory = join(folder, name);
  await mkdir(directory);
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  return directory;
};

const serve = (directory: string): Promise<Ended> => run(['serve', '--listen', '127.0.0.1:0', '--hosts', directory]);

describe('hosts files', () => {
  it('with faults stop the start, and every fault is told with its place', async () => {
    const directory = await hosts('faulty', {
      clients: 'allow 127.0.0.1\npermit 10.0.0.1\n',
      targets: 'allow 127.0.0.1\n',
      routes: '/send 127.0.0.1:80\n',
    });
    const { code, output } = await serve(directory);
    expect(code).toBe(1);
    const lines = output.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^faulty\/clients:2: /);
    expect(lines[1]).toMatch(/^faulty\/targets:1: the ports are missing/);
    expect(lines[2]).toMatch(/^faulty\/routes:1: \/send is a path of the bridge itself$/);
  });

  it('that ask for what is not enforced stop the start', async () => {
    const directory = await hosts('unsupported', {
      clients: 'allow 127.0.0.1\nallow host.example\n',
      targets: 'allow 127.0.0.1 80 max=3\n',
    });
    const { code, output } = await serve(directory);
    expect(code).toBe(1);
    expect(output).toBe(
      'unsupported/clients:2: a client rule by name is not supported yet\n' +
        'unsupported/targets:1: max= is not supported yet\n',
    );
  });

  it('that are missing stop the start, alone or with their directory', async () => {
    const one = await hosts('half', { clients: 'allow 127.0.0.1\n' });
    expect(await serve(one)).toEqual({ code: 1, output: 'half/targets:0: there is no such file\n' });
    expect(await serve(join(folder, 'none'))).toEqual({
      code: 1,
      output: 'none/clients:0: there is no such file\nnone/targets:0: there is no such file\n',
    });
  });
});

describe('an address', () => {
  it('that is taken is told with the flag that changes it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await run(['--listen', `127.0.0.1:${port}`]);
    expect(code).toBe(1);
    expect(output).toMatch(/^netwine cannot start: .*EADDRINUSE.* --listen HOST:PORT changes it\n$/);
    other.close();
    await once(other, 'close');
  });

  it('that is not of this machine is told in the same way', async () => {
    const { code, output } = await run(['--listen', '192.0.2.1:0']);
    expect(code).toBe(1);
    expect(output).toMatch(/^netwine cannot start: .*EADDRNOTAVAIL.* --listen HOST:PORT changes it\n$/);
  });
});

describe('settings', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['--lisen', '127.0.0.1:0'], /^--lisen is not a known flag: the nearest one is --listen\n/],
    ['an unknown command', ['sreve'], /^"sreve" is not a command of netwine: .* the nearest one is serve\n/],
    ['a bad value', ['--ping', 'soon'], /^--ping: "soon" is given, expected /],
    ['a static directory that is not there', ['--static', 'nowhere'], /^--static: there is no directory "nowhere"\n/],
    ['a static directory that is a file', ['--static', main], /^--static: ".*" is not a directory\n/],
    ['a config file that is not there', ['--config', 'nowhere'], /cannot read nowhere: there is no such file\n/],
  ])('with %s are refused with status 2', async (_, args, expected) => {
    const { code, output } = await run(args[0]?.startsWith('-') ? ['--listen', '127.0.0.1:0', ...args] : args);
    expect(code).toBe(2);
    expect(output).toMatch(expected);
    expect(output.trimEnd().split('\n').at(-1)).toBe('netwine --help lists commands and settings');
  });

  it('of the environment are refused by their name', async () => {
    const { code, output } = await run([], { NETWINE_LISEN: '1', NETWINE_LISTEN: 'x' });
    expect(code).toBe(2);
    expect(output).toMatch(/^NETWINE_LISEN .*NETWINE_LISTEN\n/m);
    expect(output).toMatch(/^NETWINE_LISTEN: "x" is given, /m);
  });
});

it('a start without hosts files of its own says so', async () => {
  const program = await startProgram({
    command: process.execPath,
    args: [main, '--listen', '127.0.0.1:0'],
    ready: /listens at .*\n/,
  });
  expect(program.output).toMatch(
    /^netwine listens at http:\/\/127\.0\.0\.1:\d+; hosts files: \S+ \(the packaged files, which open nothing but the demo: see --hosts\)$/m,
  );
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});
