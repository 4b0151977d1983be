/** The hosts files that are shipped, and the examples of their README. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseTarget } from '../../../server/core/target-url.ts';
import { judgeClient } from '../../../server/policy/clients.ts';
import { loadHosts, parseHosts } from '../../../server/policy/load.ts';
import { createPolicy } from '../../../server/policy/policy.ts';

const directory = fileURLToPath(new URL('../../../hosts', import.meta.url));
const readme = await readFile(`${directory}/README.md`, 'utf8');
const examples = [...readme.matchAll(/^```(targets|clients|routes)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => [
  name,
  text,
]);

test('every file has an example', () => {
  expect(new Set(examples.map(([name]) => name))).toEqual(new Set(['targets', 'clients', 'routes']));
});

test.each(examples)('the example of %s loads: %j', (name = '', text = '') => {
  const hosts = parseHosts({ clients: '', targets: '', routes: '', [name]: text });
  const lines = text.trim().split('\n').length;
  expect(hosts.clients.length + hosts.targets.length + hosts.routes.size).toBe(lines);
});

test('as shipped, clients on loopback reach the chat of the demo and nothing else', async () => {
  const hosts = await loadHosts(directory);
  expect(hosts.warnings).toEqual([]);
  expect(hosts.routes.size).toBe(0);
  expect(
    ['127.0.0.1', '::1', '192.168.1.9', '93.184.216.34'].map((address) => judgeClient(address, hosts.clients).allowed),
  ).toEqual([...[true, true, false, false]]);
  const policy = createPolicy({ hosts, self: () => [] });
  const ask = (target: string) =>
    policy.permit(
      { address: '127.0.0.1', origin: null, identity: null },
      parseTarget(target),
      new AbortController().signal,
    );
  expect((await ask('127.0.0.1:7777')).addresses).toEqual(['127.0.0.1']);
  for (const target of [
    '127.0.0.1:22',
    '127.0.0.2:7777',
    '[::1]:7777',
    'udp://127.0.0.1:7777',
    '93.184.216.34:7777',
    'exec:cat',
    'unix:/x',
  ]) {
    await expect(ask(target)).rejects.toEqual(expect.objectContaining({ code: 'DENIED_TARGET' }));
  }
});
