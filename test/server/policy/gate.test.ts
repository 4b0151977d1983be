/** Which page or program may connect: Origin, Sec-Fetch-Site, Referer, token, programs, in this order. [PROTOCOL 11] */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call, Gate } from '../../../server/core/gate.ts';
import { createGate } from '../../../server/policy/gate.ts';
import { closeWire, openWire, say, withPort } from './wire.ts';

beforeAll(openWire);
afterAll(closeWire);

const gate = createGate({
  hostNames: ['bridge.example', 'other.example:8443'],
  origins: ['https://bridge.example'],
  requireToken: false,
});
const strict = createGate({ hostNames: [], origins: [], requireToken: true });

interface How {
  by?: Gate;
  token?: string;
  upgrade?: boolean;
}

const caller = (headers: readonly string[], { by = gate, token, upgrade = false }: How = {}) =>
  say(['Host: localhost', ...headers], (call) => `ok ${by.checkCaller(call, { token, upgrade })}`);

test.each([
  'http://127.0.0.1:port',
  'http://localhost:port',
  'https://localhost:port',
  'http://[::1]:port',
  'https://bridge.example',
])('a page of %s may connect', async (origin) => {
  expect(await caller([`Origin: ${origin}`])).toBe(`ok ${withPort(origin)}`);
});

test.each([
  ...[
    'https://evil.example',
    'https://bridge.example.evil.example',
    'https://bridgeXexample',
    'https://bridge.example:444',
    'HTTPS://BRIDGE.EXAMPLE',
  ],
  ...[
    'http://bridge.example',
    'null',
    '',
    'http://localhost',
    'http://localhost:1',
    'http://127.0.0.2:port',
    'http://localhost:port/',
    'file://',
    'http://localhost:port.evil.example',
  ],
])('a page of %j may not, whatever else it sends', async (origin) => {
  const rest = ['Sec-Fetch-Site: same-origin', 'Netwine: 1', 'User-Agent: curl/8'];
  expect(await caller([`Origin: ${origin}`, ...rest], { token: gate.token(), upgrade: true })).toBe('DENIED_ORIGIN');
});

test('two Origin headers are refused, even if both are allowed', async () => {
  const origin = 'Origin: https://bridge.example';
  expect(await caller([origin, origin])).toBe('DENIED_ORIGIN');
  expect(await say(['Host: localhost', origin, origin], (call) => String(gate.allowedOrigin(call)))).toBe('null');
});

test('without Origin, Sec-Fetch-Site decides; without it, Referer does', async () => {
  expect(await caller(['Sec-Fetch-Site: same-origin', 'Referer: https://evil.example/'])).toBe('ok null');
  expect(await caller(['Referer: https://bridge.example/page?x'])).toBe('ok null');
  expect(await caller(['Referer: http://localhost:port/'])).toBe('ok null');
});

test.each([
  ...[
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
    'Sec-Fetch-Site: none',
    'Referer: https://evil.example/bridge.example',
  ],
  ...['Referer: https://bridge.example@evil.example/', 'Referer: about:blank', 'Referer: x', 'Referer: null'],
])('%s is refused, whatever else is sent', async (line) => {
  expect(await caller([line, 'Netwine: 1', 'User-Agent: curl/8'], { token: gate.token(), upgrade: true })).toBe(
    'DENIED_ORIGIN',
  );
});

test('a request that names no origin passes with a token, with the header, or as a program', async () => {
  const browser = 'User-Agent: Mozilla/4.0 (compatible; MSIE 6.0)';
  expect(await caller([browser], { token: gate.token() })).toBe('ok null');
  expect(await caller([browser, 'Netwine: 1'])).toBe('ok null');
  expect(await caller(['User-Agent: curl/7.88.1'])).toBe('ok null');
  expect(await caller(['User-Agent: Lynx/2.9.0dev.12'])).toBe('ok null');
});

test.each([
  [[]],
  [['User-Agent:']],
  [['User-Agent: Mozilla/5.0']],
  [['User-Agent: Opera/9.80']],
  [['User-Agent: Mozilla/5.0', 'Netwine: 0']],
])('one with %j alone does not', async (headers) => {
  expect(await caller(headers)).toBe('DENIED_ORIGIN');
  expect(
    await caller(headers, { token: createGate({ hostNames: [], origins: [], requireToken: false }).token() }),
  ).toBe('DENIED_ORIGIN');
});

test('an upgrade that names no origin comes from no browser and passes', async () => {
  expect(await caller([], { upgrade: true })).toBe('ok null');
});

test('an upgrade of an early browser names its origin in a header of its own', async () => {
  expect(await caller(['Sec-WebSocket-Origin: https://evil.example'], { upgrade: true })).toBe('DENIED_ORIGIN');
  expect(await caller(['Sec-WebSocket-Origin: https://bridge.example'], { upgrade: true })).toBe(
    'ok https://bridge.example',
  );
});

test('where a token is required, programs and upgrades need a token or the header', async () => {
  expect(await caller(['User-Agent: curl/8'], { by: strict })).toBe('DENIED_ORIGIN');
  expect(await caller([], { by: strict, upgrade: true })).toBe('DENIED_ORIGIN');
  expect(await caller([], { by: strict, token: strict.token() })).toBe('ok null');
  expect(await caller(['Netwine: 1'], { by: strict, upgrade: true })).toBe('ok null');
});

test('a CORS answer names an allowed origin and no other', async () => {
  const cors = (line: string) => say(['Host: localhost', line], (call) => String(gate.allowedOrigin(call)));
  expect(await cors('Origin: https://bridge.example')).toBe('https://bridge.example');
  expect(await cors('Origin: https://evil.example')).toBe('null');
  expect(await cors('Origin: null')).toBe('null');
  expect(await cors('X: y')).toBe('null');
});

test('a call without a local port or address has no own origin', () => {
  const call: Call = {
    headers: { origin: 'null' },
    rawHeaders: [],
    localAddress: '127.0.0.1',
    localPort: Number.NaN,
    secure: false,
  };
  expect(gate.allowedOrigin(call)).toBe(null);
  const gone = { ...call, headers: { host: 'localhost', origin: 'http://localhost' }, localAddress: '' };
  expect(gate.allowedOrigin(gone)).toBe(null);
  expect(() => gate.checkHost(gone)).toThrow(expect.objectContaining({ code: 'MISDIRECTED' }));
});

test('pages on a remote bridge do not make the visitor’s own loopback pages its own', () => {
  const call: Call = {
    headers: { origin: 'http://localhost:8080' },
    rawHeaders: [],
    localAddress: '192.168.1.5',
    localPort: 8080,
    secure: false,
  };
  expect(gate.allowedOrigin(call)).toBe(null);
});
