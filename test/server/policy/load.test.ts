/** Directories of hosts files: whole or not at all. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HostsError } from '../../../server/policy/hosts-error.ts';
import { loadHosts, parseHosts } from '../../../server/policy/load.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'netwine-hosts-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const write = async (files: Record<string, string>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
};

/** The faults, with the directory left out. */
const faults = async (): Promise<string[]> => {
  const error = await loadHosts(directory).catch((thrown: unknown) => thrown);
  if (!(error instanceof HostsError)) return [];
  return error.faults.map((fault) => fault.replaceAll(`${directory}/`, ''));
};

test('clients, targets and routes are loaded, routes only where there are any', async () => {
  await write({ clients: 'allow @loopback\n', targets: 'allow a.com 80\nallow b.com 80\n' });
  const hosts = await loadHosts(directory);
  expect([hosts.clients.length, hosts.targets.length, hosts.routes.size, hosts.warnings.length]).toEqual([1, 2, 0, 0]);
  expect(hosts.targets[1]?.place).toBe(join(directory, 'targets:2'));
  await write({ routes: '/a a.com:80\n' });
  expect((await loadHosts(directory)).routes.size).toBe(1);
});

test('missing files are told, each with its name', async () => {
  expect(await faults()).toEqual(['clients:0: there is no such file', 'targets:0: there is no such file']);
});

test('a missing directory is told', async () => {
  await expect(loadHosts(join(directory, 'none'))).rejects.toThrow('none/clients:0: there is no such file');
});

test('a directory, a link that leads to itself and a link to nowhere are no files', async () => {
  await mkdir(join(directory, 'clients'));
  await symlink('targets', join(directory, 'targets'));
  await symlink('nowhere', join(directory, 'routes'));
  expect(await faults()).toEqual([
    'clients:0: this is a directory, not a file',
    'targets:0: the file is a link that leads to itself',
    'routes:0: there is no such file',
  ]);
});

test('a device is refused before it is read', async () => {
  await write({ clients: 'allow @loopback' });
  await symlink('/dev/zero', join(directory, 'targets'));
  expect(await faults()).toEqual(['targets:0: this is not a plain file']);
});

test('the faults of all files are told together', async () => {
  await write({ clients: 'allow', targets: 'allow a.com 80\nallow a.com', routes: '/connect a:1' });
  expect(await faults()).toEqual([
    'clients:1: after allow stand the hosts',
    'targets:2: the ports are missing: * means all',
    'routes:1: /connect is a path of the bridge itself',
  ]);
});

test('empty files deny all, with a warning', async () => {
  await write({ clients: '', targets: '# nothing\n' });
  const { clients, targets, warnings } = await loadHosts(directory);
  expect([clients, targets]).toEqual([[], []]);
  expect(warnings.map((warning) => warning.replaceAll(`${directory}/`, ''))).toEqual([
    'clients:0: no rule: every client is denied',
    'targets:0: no rule: every target is denied',
  ]);
});

test('what is not enforced yet stops the start', async () => {
  await write({
    clients: 'allow @loopback\nallow .corp.example\nallow 10.0.0.0/8 max=3',
    targets: 'allow a.com 80 max=4\nallow a.com 80 proxy=v1 max=1',
  });
  expect(await faults()).toEqual([
    'clients:2: a client rule by name is not supported yet',
    'clients:3: max= is not supported yet',
    'targets:1: max= is not supported yet',
    'targets:2: max= is not supported yet',
    'targets:2: proxy= is not supported yet',
  ]);
});

test('the file of ca= lies beside the hosts files and must be readable', async () => {
  await write({ clients: 'allow @loopback', targets: '\nallow a.com 443/tls ca=mine.pem' });
  expect(await faults()).toEqual(['targets:2: the file of ca= cannot be used: mine.pem:0: there is no such file']);
  await write({ 'mine.pem': 'certificates' });
  expect((await loadHosts(directory)).targets[0]?.options.ca).toBe(join(directory, 'mine.pem'));
});

test('texts are parsed like files', () => {
  const hosts = parseHosts({
    clients: 'allow @loopback',
    targets: 'allow 127.0.0.1 7777',
    routes: '/chat 127.0.0.1:7777',
  });
  expect([hosts.clients[0]?.place, hosts.targets[0]?.place, hosts.routes.size]).toEqual(['clients:1', 'targets:1', 1]);
  expect(() => parseHosts({ clients: '', targets: 'allow' })).toThrow('targets:1: after allow stand the hosts');
});
