/** Which Host headers name the bridge, and which settings of the gate are refused. [PROTOCOL 11] */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../../server/core/gate.ts';
import { createGate } from '../../../server/policy/gate.ts';
import { closeWire, openWire, say } from './wire.ts';

beforeAll(openWire);
afterAll(closeWire);

const gate = createGate({
  hostNames: ['bridge.example', 'other.example:8443'],
  origins: ['https://bridge.example'],
  requireToken: false,
});
const host = (name: string) =>
  say([`Host: ${name}`], (call) => {
    gate.checkHost(call);
    return 'ok';
  });

test.each([
  '127.0.0.1',
  '127.0.0.1:port',
  'localhost',
  'LOCALHOST:port',
  'localhost:9',
  'bridge.example',
  'Bridge.Example:443',
  'bridge.example.',
  'other.example:8443',
  '[::ffff:127.0.0.1]:80',
])('the Host %s names the bridge', async (name) => {
  expect(await host(name)).toBe('ok');
});

test.each([
  ...[
    'evil.example',
    'localhost.evil.example',
    'bridge.example:99999',
    'bridge.example@evil.example',
    'evil.example@bridge.example',
  ],
  ...[
    'bridge.example:',
    'bridge.example:80:80',
    'bridge.example/',
    'sub.bridge.example',
    'other.example',
    'other.example:443',
    '127.0.0.2',
  ],
  ...['[::1]', '127.1', '0x7f.0.0.1', '2130706433', '', '[127.0.0.1]', 'localhost#', 'null'],
])('the Host %j does not', async (name) => {
  expect(await host(name)).toBe('MISDIRECTED');
});

test('two Host headers, or none, name nothing', () => {
  const call = { headers: { host: 'localhost' }, localAddress: '127.0.0.1', localPort: 80, secure: false };
  expect(() => gate.checkHost({ ...call, rawHeaders: ['Host', 'localhost', 'HOST', 'evil'] })).toThrow(
    expect.objectContaining({ code: 'MISDIRECTED' }),
  );
  expect(() => gate.checkHost({ ...call, headers: {}, rawHeaders: [] })).toThrow(
    expect.objectContaining({ code: 'MISDIRECTED' }),
  );
});

test('an address that is listened on is a name of the bridge, brackets or not', () => {
  for (const name of ['2001:db8::1', '[2001:db8::1]', '[2001:DB8::1]:8080']) {
    const bridge = createGate({ hostNames: [name], origins: [], requireToken: false });
    const headers = { host: '[2001:db8::1]:8080' };
    const call = { headers, rawHeaders: [], localAddress: '10.0.0.1', localPort: 8080, secure: false };
    expect(() => bridge.checkHost(call)).not.toThrow();
    expect(() => bridge.checkHost({ ...call, headers: { host: '[2001:db8::2]:8080' } })).toThrow();
  }
});

test('beyond loopback localhost is no name of the bridge, its own address is', () => {
  const call = (name: string): Call => ({
    headers: { host: name },
    rawHeaders: ['Host', name],
    localAddress: '192.168.1.5',
    localPort: 80,
    secure: false,
  });
  expect(() => gate.checkHost(call('localhost'))).toThrow(expect.objectContaining({ code: 'MISDIRECTED' }));
  expect(() => gate.checkHost(call('192.168.1.5:8080'))).not.toThrow();
  const six = { ...call('[fe80::1]'), localAddress: 'fe80::1%eth0' };
  expect(() => gate.checkHost(six)).not.toThrow();
});

test.each([
  'https://bridge.example/',
  'HTTPS://bridge.example',
  'bridge.example',
  '*',
  'null',
  'https://bridge.example:443',
  'ws://bridge.example',
])('the origin %s is refused as a setting', (origin) => {
  expect(() => createGate({ hostNames: [], origins: [origin], requireToken: false })).toThrow('an origin is written');
});

test('a name that is none is refused as a setting', () => {
  expect(() => createGate({ hostNames: ['*.example'], origins: [], requireToken: false })).toThrow(
    'a name of the bridge',
  );
});
