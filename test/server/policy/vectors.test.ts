/** Decisions of hosts files as tables: rules, what is asked, which answers the resolver has, and what comes out. */
import { expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { parseTarget } from '../../../server/core/target-url.ts';
import { judgeClient } from '../../../server/policy/clients.ts';
import { parseRules } from '../../../server/policy/hosts-file.ts';
import { judgeTarget } from '../../../server/policy/targets.ts';

/** Asks as a client would; tells also how often the resolver was asked. */
const ask = async (rules: string, target: string, answers: readonly string[] = []) => {
  let lookUps = 0;
  const resolve = async (): Promise<readonly string[]> => {
    lookUps += 1;
    return answers;
  };
  const look = { resolve, limitMs: 1000, signal: new AbortController().signal };
  try {
    const { verdicts } = await judgeTarget(
      parseTarget(target),
      parseRules(rules, { file: 'targets', kind: 'targets' }),
      look,
    );
    return { says: verdicts.every(({ allowed }) => allowed) ? 'allow' : 'deny', lookUps };
  } catch (error) {
    return { says: error instanceof NetwineError ? error.code : String(error), lookUps };
  }
};

const PUBLIC = ['93.184.216.34'];
const ALL = 'allow * 1-65535';
const SITE = 'allow example.com 80,443';
const INSIDE = 'allow 10.1.0.0/16 22\nallow 192.168.7.5-192.168.7.9 8000-8010\nallow [fd00:1::]/32 53/udp';

test.each<[string, string, readonly string[], string]>([
  [ALL, 'example.com:80', PUBLIC, 'allow'],
  [ALL, 'mix.example.com:80', [...PUBLIC, '127.0.0.1'], 'deny'],
  [ALL, 'mix.example.com:80', ['10.0.0.1', ...PUBLIC], 'deny'],
  [ALL, '127.0.0.1:80', [], 'deny'],
  [ALL, 'udp://example.com:80', PUBLIC, 'deny'],
  [ALL, '0x7f.1:80', [], 'BAD_TARGET'],
  [ALL, 'example.com:0', PUBLIC, 'BAD_TARGET'],
  [ALL, '[64:ff9b::7f00:1]:80', [], 'deny'],
  [ALL, '[::ffff:10.0.0.1]:80', [], 'deny'],
  [ALL, 'ok6.example.com:80', ['2606:2800:220:1::1'], 'allow'],
  [ALL, 'm6.example:80', ['::ffff:127.0.0.1'], 'deny'],
  [ALL, 'none.example:80', [], 'UNKNOWN_HOST'],
  [SITE, 'www.example.com:443', PUBLIC, 'deny'],
  [SITE, 'example.com:8080', PUBLIC, 'deny'],
  [SITE, 'EXAMPLE.com.:443', PUBLIC, 'allow'],
  [SITE, 'tls://example.com:443', PUBLIC, 'allow'],
  [SITE, 'example.com:443', ['10.0.0.1'], 'deny'],
  ['allow *.example.com 443', 'www.example.com:443', PUBLIC, 'allow'],
  ['allow *.example.com 443', 'a.b.example.com:443', PUBLIC, 'allow'],
  ['allow *.example.com 443', 'example.com:443', PUBLIC, 'deny'],
  ['allow *.example.com 443', 'badexample.com:443', PUBLIC, 'deny'],
  ['allow .example.com 443', 'example.com:443', PUBLIC, 'allow'],
  ['allow db.internal 5432 private', 'db.internal:5432', ['10.0.0.5'], 'allow'],
  ['allow db.internal 5432', 'db.internal:5432', ['10.0.0.5'], 'deny'],
  ['allow db.internal 5432 private', 'db.internal:5432', ['169.254.169.254'], 'deny'],
  [INSIDE, '10.1.255.255:22', [], 'allow'],
  [INSIDE, '10.2.0.0:22', [], 'deny'],
  [INSIDE, '[::ffff:10.1.0.1]:22', [], 'allow'],
  [INSIDE, 'tls://192.168.7.9:8010', [], 'allow'],
  [INSIDE, '192.168.7.9:8011', [], 'deny'],
  [INSIDE, '192.168.7.10:8010', [], 'deny'],
  [INSIDE, '[fd00:1::5]:53', [], 'deny'],
  [INSIDE, 'udp://[fd00:1::5]:53', [], 'allow'],
  [INSIDE, 'inside.example:22', ['10.1.2.3'], 'allow'],
  ['allow 0.0.0.0/0 *\nallow ::/0 *', '127.0.0.1:53', [], 'deny'],
  ['allow 0.0.0.0/0 *\nallow ::/0 *', '127.0.0.1:8080', [], 'deny'],
  ['allow 0.0.0.0/0 *\nallow ::/0 *', '93.184.216.34:8080', [], 'allow'],
  ['allow 0.0.0.0/0 * private', '127.0.0.1:8080', [], 'allow'],
  ['deny 10.1.2.3 *\nallow 10.1.2.0/24 *', '10.1.2.3:80', [], 'deny'],
  ['allow 10.1.2.0/24 *\ndeny 10.1.2.3 *', '10.1.2.3:80', [], 'allow'],
  ['deny .bad.example *\nallow * *', '93.184.216.35:80', [], 'allow'],
  ['deny .bad.example *\nallow * *', 'x.bad.example:80', PUBLIC, 'deny'],
  ['deny 93.184.216.34 *\nallow * *', 'other.example:80', PUBLIC, 'deny'],
  ['allow 127.0.0.1 53/udp', '127.0.0.1:53', [], 'deny'],
  ['allow 127.0.0.1 53/udp', 'udp://127.0.0.1:53', [], 'allow'],
  ['deny 10.1.2.3 *\nallow 10.1.2.0/24 */udp', 'udp://10.1.2.3:99', [], 'deny'],
  ['deny 10.1.2.3 */tcp\nallow 10.1.2.0/24 */udp', 'udp://10.1.2.3:99', [], 'allow'],
  ['allow example.com 443/tls', 'example.com:443', PUBLIC, 'deny'],
  ['allow example.com 443/tls', 'tls://example.com:443', PUBLIC, 'allow'],
  ['allow @linklocal *', '169.254.1.1:80', [], 'allow'],
  ['allow @linklocal *', '169.254.169.254:80', [], 'deny'],
  ['allow @metadata,@guarded *', '169.254.169.254:80', [], 'deny'],
  ['allow 169.254.0.0/16 * private', '169.254.169.254:80', [], 'deny'],
  ['allow 169.254.169.254 80', '169.254.169.254:80', [], 'allow'],
  ['allow 64:ff9b::/96 80', '[64:ff9b::a9fe:a9fe]:80', [], 'deny'],
  ['allow 64:ff9b::/96 80', '[64:ff9b::5db8:d822]:80', [], 'allow'],
  ['deny 93.184.216.34 *\nallow 64:ff9b::/96 80', '[64:ff9b::5db8:d822]:80', [], 'deny'],
  ['allow @loopback 7000-7999', '127.0.0.5:7000', [], 'allow'],
  ['allow @loopback 7000-7999', '127.0.0.5:6999', [], 'deny'],
  ['allow @public 80', '127.0.0.1:80', [], 'deny'],
  ['allow @public 80', 'example.com:80', PUBLIC, 'allow'],
  ['# nothing\n', 'example.com:80', PUBLIC, 'deny'],
  ['allow exec:fizzbuzz', 'exec:fizzbuzz', [], 'allow'],
  ['allow exec:fizzbuzz', 'exec:fizz', [], 'deny'],
  ['allow * *', 'exec:fizzbuzz', [], 'deny'],
  ['allow channel:lobby-*', 'channel:lobby-7', [], 'allow'],
  ['allow channel:lobby-*', 'channel:lobby', [], 'deny'],
  ['deny channel:lobby-9\nallow channel:*', 'channel:lobby-9', [], 'deny'],
  ['allow channel:*', 'peer:lobby', [], 'deny'],
  ['allow peer:desk', 'peer:desk:22', [], 'allow'],
  ['allow unix:/run/app/*', 'unix:/run/app/x.sock', [], 'allow'],
  ['allow unix:/run/app/*', 'unix:/run/apple', [], 'deny'],
])('%j and %s with answers %j: %s', async (rules, target, answers, expected) => {
  expect((await ask(rules, target, answers)).says).toBe(expected);
});

test.each([25, 22, 6000, 6379, 2375, 2376, 9200, 11211, 27017])(
  'port %i is opened only by a rule that names it singly',
  async (port) => {
    const host = `example.com:${port}`;
    expect((await ask('allow * *', host, PUBLIC)).says).toBe('deny');
    expect((await ask(`allow * ${port}-${port + 1}`, host, PUBLIC)).says).toBe('deny');
    expect((await ask(`allow * *,${port}`, host, PUBLIC)).says).toBe('allow');
  },
);

test.each([
  ...[
    '127.0.0.1',
    'LOCALHOST',
    'localhost.',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
  ],
  ...[
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[::127.0.0.1]',
    '169.254.169.254',
  ],
  ...[
    '[::ffff:a9fe:a9fe]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '169.254.170.2',
    '10.0.0.1',
    '172.31.255.255',
  ],
  ...[
    '192.168.0.1',
    '[fc00::1]',
    '[fe80::1]',
    '[fec0::1]',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.0.1',
    '0.0.0.0',
    '198.18.0.1',
  ],
  ...['100.64.0.1', '203.0.113.9', '[ff02::1]', '[100::1]', '[2001:db8::1]', '[4000::1]'],
])('a rule for everything public leaves %s closed', async (host) => {
  expect((await ask(ALL, `${host}:8080`, ['127.0.0.1', '::1'])).says).toBe('deny');
});

test.each([
  ...[
    '127.0.1',
    '0x7f000001',
    '0x7F.0.0.0x1',
    '017700000001',
    '0177.1',
    '127.000.000.001',
    '010.0.0.1',
    '0x0',
    '0x100000000',
  ],
  ...[
    '[::1%lo]',
    '::1',
    '①②⑦.⓪.⓪.①',
    '１２７.0.0.1',
    'localhost\0.example.com',
    '',
    'a..b',
    '127.0.0.1.',
    '127.0.0.1 ',
  ],
  ...[
    'example.com\r\nX: y',
    '127.0.0.1:22',
    '127.0.0.1#',
    'http://127.0.0.1/',
    '%31%32%37.0.0.1',
    '[::1',
    '[127.0.0.1]',
    'a'.repeat(254),
  ],
])('the host %j is refused before anybody looks it up', async (host) => {
  expect(await ask('allow * * private', `${host}:8080`, PUBLIC)).toEqual({ says: 'BAD_TARGET', lookUps: 0 });
});

test('a name that no rule can allow is not looked up', async () => {
  expect(await ask('allow example.com 80', 'other.example:80', PUBLIC)).toEqual({ says: 'deny', lookUps: 0 });
  expect(await ask('deny .bad.example *\nallow * *', 'x.bad.example:80', PUBLIC)).toEqual({ says: 'deny', lookUps: 0 });
  expect(await ask('allow 10.0.0.0/8 81', 'other.example:80', PUBLIC)).toEqual({ says: 'deny', lookUps: 0 });
  expect(await ask('allow 10.0.0.0/8 80', 'other.example:80', ['10.0.0.1'])).toEqual({ says: 'allow', lookUps: 1 });
});

test.each<[string, string, readonly string[] | null, boolean]>([
  ['allow 10.0.0.0/8', '10.1.2.3', [], true],
  ['allow 10.0.0.0/8', '11.0.0.1', [], false],
  ['allow 10.0.0.0/8', '::ffff:10.1.2.3', [], true],
  ['allow *.corp.example', '192.0.2.9', ['pc7.corp.example'], true],
  ['allow *.corp.example', '192.0.2.9', ['pc7.corp.example.evil.example'], false],
  ['allow *.corp.example', '192.0.2.9', [], false],
  ['allow *.corp.example', '192.0.2.9', null, false],
  ['deny .bad.example\nallow 192.0.2.9', '192.0.2.9', null, false],
  ['deny .bad.example\nallow 192.0.2.9', '192.0.2.9', ['good.example'], true],
  ['allow @loopback', '127.0.0.1', [], true],
  ['allow @loopback', '::1', [], true],
  ['allow @linklocal', 'fe80::1%eth0', [], true],
  ['', '127.0.0.1', [], false],
  ['allow *', '93.184.216.34', [], true],
  ['allow *', '127.0.0.1', [], false],
  ['allow 0.0.0.0/0,::/0', '127.0.0.1', [], true],
  ['deny 10.0.0.13\nallow 10.0.0.0/24', '10.0.0.13', [], false],
  ['allow 0.0.0.0/0,::/0', '', [], false],
  ['allow 0.0.0.0/0,::/0', 'localhost', [], false],
])('of clients %j and %s named %j: %s', (rules, address, names, expected) => {
  expect(judgeClient(address, parseRules(rules, { file: 'clients', kind: 'clients' }), names).allowed).toBe(expected);
});
