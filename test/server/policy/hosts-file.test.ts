/** The parser of hosts files: what loads, what is a fault, and how a fault is told. */
import { expect, test } from 'vitest';
import { HostsError } from '../../../server/policy/hosts-error.ts';
import { type HostsKind, parseRules } from '../../../server/policy/hosts-file.ts';

const parse = (source: string | Uint8Array, kind: HostsKind = 'targets') =>
  parseRules(source, { file: `hosts/${kind}`, kind });

const faultsOf = (source: string | Uint8Array, kind: HostsKind = 'targets'): readonly string[] => {
  try {
    parse(source, kind);
  } catch (error) {
    if (error instanceof HostsError) return error.faults;
    throw error;
  }
  return [];
};

test.each<[string, number]>([
  ['', 0],
  ['# nothing\n\n \t\n', 0],
  ['\ufeffallow a.com 80', 1],
  ['\tallow\ta.com\t80   # c', 1],
  ['allow a.com 80\r\ndeny b.com *\r\n', 2],
  ['allow a.com 80#c', 1],
  ['allow xn--bcher-kva.example 80', 1],
  ['allow ::1 80', 1],
  ['allow [::1]-[::9] 80', 1],
  ['allow exec:cat', 1],
  ['allow channel:lobby-*', 1],
  ['allow peer:*,channel:*', 1],
  ['allow unix:/run/*', 1],
  ['allow 10-20.example 80', 1],
  ['allow a.com *,25,80-90/tls max=4 private proxy=v2 ca=x.pem # é', 1],
  ['allow a.com 80 insecure', 1],
  ['allow 0.0.0.0/0,::/0 *', 1],
  ['allow 10.0.0.1/32 *', 1],
])('%j loads', (source, rules) => {
  expect(parse(source)).toHaveLength(rules);
});

test.each([
  ...['example.com 80', 'allow', 'allow a.com', 'Allow a.com 80', 'ALLOW a.com 80', 'permit a.com 80'],
  ...[
    'allow example.com http',
    'allow example.com 65536',
    'allow example.com 0',
    'allow example.com 080',
    'allow example.com 90-80',
  ],
  ...[
    'allow example.com -80',
    'allow example.com 80-',
    'allow example.com 1-2-3',
    'allow example.com 80,',
    'allow example.com 80 81',
  ],
  ...[
    'allow example.com 80/tcp/udp',
    'allow example.com 80/sctp',
    'allow example.com 80/',
    'allow example.com /tcp',
    'allow example.com 53/udp,53',
  ],
  ...[
    'allow example.com:80',
    'allow example.com:80 80',
    'allow [::1]:80 80',
    'allow 10.0.0.1/8 80',
    'allow 10.0.0.0/255.0.0.0 80',
  ],
  ...[
    'allow 10.0.0.0/33 80',
    'allow 10.0.0.0/08 80',
    'allow 10.0.0.0/ 80',
    'allow 010.0.0.1 80',
    'allow 0x7f.1 80',
    'allow 127.1 80',
  ],
  ...[
    'allow 10.0.0.9-10.0.0.1 80',
    'allow 10.0.0.1-20 80',
    'allow 10.0.0.1-::1 80',
    'allow *example.com 80',
    'allow www.* 80',
  ],
  ...[
    'allow a.*.com 80',
    'allow ** 80',
    'allow *. 80',
    'allow . 80',
    'allow *.1 80',
    'allow -a.com 80',
    'allow a_b.com 80',
    'allow bücher.example 80',
  ],
  ...[
    'allow [::1 80',
    'allow fe80::/129 80',
    'allow fe80::1%eth0 80',
    'allow ::ffff:10.0.0.0/104 80',
    'allow @local 80',
    'allow @constructor 80',
  ],
  ...[
    'allow a.com, b.com 80',
    'allow a.com,,b.com 80',
    'allow ,a.com 80',
    'allow !a.com 80',
    'allow a.com 80 proxy=v3',
    'allow a.com 80 proxy',
  ],
  ...[
    'allow a.com 80 max=0',
    'allow a.com 80 max=04',
    'allow a.com 80 max',
    'allow a.com 80 private=1',
    'allow a.com 80 private private',
  ],
  ...[
    'allow a.com 80 proxy=v1 proxy=v2',
    'allow a.com 80 Private',
    'allow a.com 80 self',
    'allow a.com 80 ca=',
    'allow a.com 80 ca',
  ],
  ...[
    'allow a.com 80/tcp insecure',
    'allow a.com 53/udp ca=x.pem',
    'allow a.com 80 insecure ca=x.pem',
    'allow exec:cat private',
    'allow exec:cat 80',
  ],
  ...[
    'allow exec:',
    'allow exec:cat,a.com 80',
    'allow channel:a*b',
    'allow channel:..',
    'allow unix:run/x',
    'allow unix:*',
    'allow unix:/run/../x',
    'allow exec:$(id)',
  ],
  ...['allow a.com 80\v', 'allow a.com 80\0', '# \x1b[2J', 'allow a.com\u00a080', 'allow a.com 8\r0'],
  ...[`allow ${'a'.repeat(64)}.com 80`, `allow a.com 80${',80'.repeat(400)}`, `# ${'x'.repeat(1024)}`],
])('%j is a fault with its place', (source) => {
  expect(faultsOf(`# first\n${source}\n`)).toEqual([expect.stringMatching(/^hosts\/targets:2: \S/)]);
});

test.each([
  'allow 10.0.0.1 80',
  'allow @loopback *',
  'allow exec:cat',
  'allow 10.0.0.1 insecure',
  'allow 10.0.0.1 proxy=v1',
  'deny',
])('%j is a fault in a clients file', (source) => {
  expect(faultsOf(source, 'clients')).toEqual([expect.stringMatching(/^hosts\/clients:1: \S/)]);
});

test('bytes that are not UTF-8 are a fault of their line, and a fault stops nothing else from being told', () => {
  const source = Buffer.from('allow a.com 80\nallow \xff.com 80\nallow b.com\n', 'latin1');
  expect(faultsOf(source)).toEqual([
    'hosts/targets:2: the line is not UTF-8',
    'hosts/targets:3: the ports are missing: * means all',
  ]);
});

test('a file has at most 10,000 rules', () => {
  expect(parse('allow a.com 80\n'.repeat(10_000))).toHaveLength(10_000);
  expect(faultsOf('allow a.com 80\n'.repeat(10_001))[0]).toBe('hosts/targets:10001: there are more than 10000 rules');
});

test('faults say what to do, and quote what they mean', () => {
  expect(faultsOf('allow a.com:80')).toEqual([
    'hosts/targets:1: "a.com:80": the port stands after a blank, not after a colon',
  ]);
  expect(faultsOf('allow 10.0.0.1 80', 'clients')[0]).toContain('clients have no ports');
  expect(faultsOf('allow "a 80')[0]).toContain(String.raw`"\"a"`);
});

test('a rule knows its place and its text', () => {
  expect(parse('\n\nallow  a.com\t80 # why')[0]).toMatchObject({
    place: 'hosts/targets:3',
    text: 'allow a.com 80',
    allow: true,
  });
});
