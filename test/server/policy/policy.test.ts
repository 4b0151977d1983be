/** The policy as the bridge asks it: clients first, one look-up, permits that name what was judged. */

import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { parseTarget } from '../../../server/core/target-url.ts';
import { parseHosts } from '../../../server/policy/load.ts';
import type { ListenAddress } from '../../../server/policy/own-address.ts';
import { createPolicy } from '../../../server/policy/policy.ts';
import type { Resolve } from '../../../server/policy/resolve.ts';

interface Setting {
  targets: string;
  clients?: string;
  resolve?: Resolve;
  self?: ListenAddress[];
  address?: string;
  signal?: AbortSignal;
}

const permit = (
  target: string,
  { targets, clients = 'allow @loopback', resolve, self = [], address = '127.0.0.1', signal }: Setting,
) => {
  const options = { hosts: parseHosts({ clients, targets }), self: () => self, lookUpMs: 50 };
  const policy = createPolicy(resolve ? { ...options, resolve } : options);
  const client = { address, origin: null, identity: null };
  return policy.permit(client, parseTarget(target), signal ?? new AbortController().signal);
};

const code = (name: string) => expect.objectContaining({ code: name });

test('a permit names the judged addresses in order, each once, and the rule', async () => {
  const resolve = async () => ['2606:2800:220:1::1', '93.184.216.34', '::ffff:93.184.216.34'];
  expect(await permit('EXAMPLE.com:80', { targets: '\nallow example.com 80', resolve })).toEqual({
    target: { kind: 'tcp', host: 'example.com', port: 80 },
    addresses: ['2606:2800:220:1::1', '93.184.216.34'],
    options: {},
    rule: 'targets:2',
  });
});

test('a resolver that changes its mind is asked once only', async () => {
  const answers = [['93.184.216.34'], ['127.0.0.1']];
  const resolve = async () => answers.shift() ?? [];
  expect((await permit('r.example:80', { targets: 'allow * *', resolve })).addresses).toEqual(['93.184.216.34']);
  expect(answers).toEqual([['127.0.0.1']]);
});

test('one denied answer denies all', async () => {
  for (const answers of [
    ['93.184.216.34', '127.0.0.1'],
    ['127.0.0.1', '93.184.216.34'],
  ]) {
    const setting = { targets: 'allow * *', resolve: async () => answers };
    await expect(permit('mix.example:80', setting)).rejects.toEqual(code('DENIED_TARGET'));
  }
});

test('a look-up leaves no timer and no listener behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  let during = 0;
  const before = timers();
  const resolve = async () => {
    during = timers();
    return ['93.184.216.34'];
  };
  const { signal } = new AbortController();
  await permit('a.example:80', { targets: 'allow * *', resolve, signal });
  expect([during, timers(), getEventListeners(signal, 'abort').length]).toEqual([before + 1, before, 0]);
});

test('of many answers sixteen are used', async () => {
  const resolve = async () => Array.from({ length: 2000 }, (_, index) => `93.184.${index >> 8}.${index & 255}`);
  expect((await permit('big.example:80', { targets: 'allow * *', resolve })).addresses).toHaveLength(16);
});

test('a denied client is told so before anything is looked up', async () => {
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return ['93.184.216.34'];
  };
  const setting = { targets: 'allow * *', resolve, address: '10.0.0.1' };
  await expect(permit('example.com:80', setting)).rejects.toEqual(code('DENIED_CLIENT'));
  expect(asked).toBe(0);
});

test('a name without an address, and one that cannot be looked up, are unknown', async () => {
  const targets = 'allow * *';
  await expect(permit('a.example:80', { targets, resolve: async () => [] })).rejects.toEqual(code('UNKNOWN_HOST'));
  const cause = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
  const failing = permit('a.example:80', { targets, resolve: () => Promise.reject(cause) });
  await expect(failing).rejects.toEqual(expect.objectContaining({ code: 'UNKNOWN_HOST', cause }));
  for (const answer of ['fe80::1%eth0', 'other.example', '']) {
    await expect(permit('a.example:80', { targets, resolve: async () => [answer] })).rejects.toEqual(
      code('UNKNOWN_HOST'),
    );
  }
});

test('a look-up that hangs ends at the limit, and its signal is aborted', async () => {
  let given: AbortSignal | undefined;
  const resolve: Resolve = (_, signal) => {
    given = signal;
    return new Promise(() => {});
  };
  await expect(permit('s.example:80', { targets: 'allow * *', resolve })).rejects.toEqual(code('TIMEOUT'));
  expect(given?.aborted).toBe(true);
});

test('a look-up ends with the request that asked for it', async () => {
  const request = new AbortController();
  const resolve: Resolve = () => {
    request.abort(new Error('the client left'));
    return new Promise(() => {});
  };
  const setting = { targets: 'allow * *', resolve, signal: request.signal };
  await expect(permit('s.example:80', setting)).rejects.toThrow('the client left');
  await expect(permit('s.example:80', setting)).rejects.toThrow('the client left');
});

test('the system resolver reads the hosts table', async () => {
  const { addresses } = await permit('localhost:7777', { targets: 'allow localhost 7777 private' });
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.every((address) => address === '::1' || address.startsWith('127.'))).toBe(true);
});

test('tls options are those of the deciding rule', async () => {
  expect((await permit('tls://10.0.0.1:443', { targets: 'allow 10.0.0.1 443 insecure' })).options).toEqual({
    insecure: true,
  });
  const { ca } = (await permit('tls://10.0.0.1:443', { targets: 'allow 10.0.0.1 443/tls ca=/x/y.pem' })).options;
  expect(ca).toBe('/x/y.pem');
});

test('a certificate goes unverified only if the rules of all answers say so', async () => {
  const resolve = async () => ['10.0.0.1', '10.0.0.2'];
  const mixed = await permit('tls://a.example:443', {
    targets: 'allow 10.0.0.1 443 insecure\nallow 10.0.0.2 443',
    resolve,
  });
  expect(mixed.options).toEqual({});
});

test('targets without an address get a permit without addresses', async () => {
  const target = { kind: 'exec', name: 'cat' };
  expect(await permit('exec:cat', { targets: 'allow exec:c*' })).toEqual({
    target,
    addresses: [],
    options: {},
    rule: 'targets:1',
  });
  await expect(permit('unix:/run/x', { targets: 'allow exec:*' })).rejects.toEqual(code('DENIED_TARGET'));
});

test('a target that a program made up is judged by our grammar', async () => {
  const policy = createPolicy({
    hosts: parseHosts({ clients: 'allow @loopback', targets: 'allow * *' }),
    self: () => [],
  });
  const client = { address: '127.0.0.1', origin: null, identity: null };
  for (const host of ['127.1', '', '0x7f000001']) {
    const asked = policy.permit(client, { kind: 'tcp', host, port: 80 }, new AbortController().signal);
    await expect(asked).rejects.toEqual(code('BAD_TARGET'));
  }
});

const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
const ownIPv4 = interfaces.filter(({ family }) => family === 'IPv4').map(({ address }) => address);

test.each([
  ...[
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['127.0.0.1', '[::]'],
    ['127.0.0.1', '[::ffff:127.0.0.1]'],
  ],
  ...[
    ['0.0.0.0', '127.0.0.1'],
    ['0.0.0.0', '127.9.9.9'],
    ['0.0.0.0', '0.0.0.0'],
    ['::', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::]'],
  ],
  ...ownIPv4.map((address) => ['0.0.0.0', address]),
  ...ownIPv4.map((address) => ['::', address]),
])('a bridge that listens on %s never dials %s', async (address, host) => {
  const setting = { targets: 'allow 0.0.0.0/0,::/0 * private', self: [{ address: address ?? '', port: 8080 }] };
  await expect(permit(`${host}:8080`, setting)).rejects.toEqual(code('DENIED_TARGET'));
  await expect(permit(`tls://${host}:8080`, setting)).rejects.toEqual(code('DENIED_TARGET'));
  await expect(permit(`${host}:8081`, setting)).resolves.toBeDefined();
});

test('neighbours of the bridge may be dialled', async () => {
  const setting = { targets: 'allow 0.0.0.0/0,::/0 * private', self: [{ address: '127.0.0.1', port: 8080 }] };
  await expect(permit('127.0.0.2:8080', setting)).resolves.toBeDefined();
  await expect(permit('[::1]:8080', setting)).resolves.toBeDefined();
  await expect(
    permit('10.255.255.1:8080', { ...setting, self: [{ address: '0.0.0.0', port: 8080 }] }),
  ).resolves.toBeDefined();
});

test('the listening address may be known only after the policy was made', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const self: ListenAddress[] = [];
  const policy = createPolicy({
    hosts: parseHosts({ clients: 'allow @loopback', targets: 'allow @loopback 1-65535' }),
    self: () => self,
  });
  if (bound !== null && typeof bound === 'object') self.push({ address: bound.address, port: bound.port });
  server.close();
  const target = parseTarget(`127.0.0.1:${self[0]?.port}`);
  const client = { address: '127.0.0.1', origin: null, identity: null };
  await expect(policy.permit(client, target, new AbortController().signal)).rejects.toEqual(code('DENIED_TARGET'));
});
