/** The command that asks the hosts files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkHosts } from '../../../server/cli/check-hosts.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'netwine-check-'));
  await writeFile(join(directory, 'clients'), 'deny 10.0.0.13\nallow 10.0.0.0/24,@loopback\n');
  await writeFile(
    join(directory, 'targets'),
    'deny 10.1.2.3 *\nallow 10.1.2.0/24 22 # ssh\nallow localhost 7777 private\nallow exec:cat\n',
  );
  await writeFile(join(directory, 'routes'), '/ssh 10.1.2.4:22\n/a%20b 10.1.2.3:22\n');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const run = async (...args: string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const push = (lines: string[]) => (line: string) => lines.push(line.replaceAll(`${directory}/`, ''));
  const status = await checkHosts(args, { out: push(out), err: push(err), defaultHosts: directory });
  return { status, out, err };
};

/** A directory of other files for a while. */
const withHosts = async (files: Record<string, string>, use: (other: string) => Promise<void>): Promise<void> => {
  const other = await mkdtemp(join(tmpdir(), 'netwine-check-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(other, name), text);
    await use(other);
  } finally {
    await rm(other, { recursive: true });
  }
};

test('files without a fault are told so', async () => {
  const { status, out } = await run();
  expect(status).toBe(0);
  expect(out).toEqual([`${directory}: no fault: 2 client rules, 4 target rules, 2 routes`]);
});

test.each<[string[], number, string]>([
  [['10.1.2.4:22'], 0, 'target tcp://10.1.2.4:22 allowed by targets:2: allow 10.1.2.0/24 22'],
  [['10.1.2.3:22'], 1, 'target tcp://10.1.2.3:22 denied by targets:1: deny 10.1.2.3 *'],
  [['10.1.2.4:23'], 1, 'target tcp://10.1.2.4:23 denied by no rule of the targets file matches'],
  [['exec:cat'], 0, 'target exec:cat allowed by targets:4: allow exec:cat'],
  [['nowhere.example:80'], 1, 'target tcp://nowhere.example:80 denied by no rule of the targets file matches'],
  [['--client', '10.0.0.13'], 1, 'client 10.0.0.13 denied by clients:1: deny 10.0.0.13'],
  [['--client', '::ffff:10.0.0.1'], 0, 'client ::ffff:10.0.0.1 allowed by clients:2: allow 10.0.0.0/24,@loopback'],
])('%j exits with %i and the deciding line', async (args, status, line) => {
  expect(await run(...args)).toEqual({ status, out: [line], err: [] });
});

test.each<[string, number, string[]]>([
  [
    '/ssh',
    0,
    [
      'route /ssh found in routes: /ssh tcp://10.1.2.4:22',
      'target tcp://10.1.2.4:22 allowed by targets:2: allow 10.1.2.0/24 22',
    ],
  ],
  [
    '/a%20b',
    1,
    [
      'route /a%20b found in routes: /a%20b tcp://10.1.2.3:22',
      'target tcp://10.1.2.3:22 denied by targets:1: deny 10.1.2.3 *',
    ],
  ],
  ['/shs', 1, ['route /shs not found: no line of routes has this path; the nearest one is /ssh']],
  ['/%', 1, [expect.stringMatching(/^route \/% not found: /)]],
])(
  'the route %s exits with %i, and is told before the line that decides about its target',
  async (path, status, out) => {
    expect(await run(path)).toEqual({ status, out, err: [] });
  },
);

test('a client and a target are both judged, and one denial decides', async () => {
  const allowed = await run('--client=127.0.0.1', '10.1.2.4:22');
  expect([allowed.status, allowed.out.length]).toEqual([0, 2]);
  const denied = await run('--client=192.168.0.1', '10.1.2.4:22');
  expect([denied.status, denied.out.length]).toEqual([1, 2]);
});

test('a name is looked up, and each answer told', async () => {
  const { status, out } = await run('localhost:7777');
  expect(status).toBe(0);
  expect(
    out.every((line) => /^target tcp:\/\/localhost:7777 \((127\.0\.0\.1|::1)\) allowed by targets:3: /.test(line)),
  ).toBe(true);
});

test('where the guard denies, the line behind the verdict says what to add', async () => {
  await withHosts({ clients: '', targets: 'allow * 80\n' }, async (other) => {
    const { status, out } = await run('--hosts', other, '127.0.0.1:80');
    expect([status, out]).toEqual([
      1,
      [
        'target tcp://127.0.0.1:80 denied by no rule of the targets file matches',
        `${other}/targets:1: allow * 80: opens no guarded address: add private, or a rule for the address`,
      ],
    ]);
  });
});

test('faulty files exit with 2 and their faults', async () => {
  const { status, out, err } = await run('--hosts', join(directory, 'none'), '10.1.2.4:22');
  expect([status, out]).toEqual([2, []]);
  expect(err[0]).toContain('none/clients:0: there is no such file');
});

test('what is not enforced yet exits with 2', async () => {
  await withHosts({ clients: '', targets: 'allow a.com 80 max=1\n' }, async (other) => {
    expect((await run('--hosts', other)).err[0]).toMatch(/targets:1: max= is not supported yet$/);
  });
});

test('files that let nobody in are warned of', async () => {
  await withHosts({ clients: '', targets: 'allow a.com 80\n' }, async (other) => {
    const { status, err } = await run('--hosts', other);
    expect([status, err[0]]).toEqual([0, expect.stringMatching(/clients:0: no rule: every client is denied$/)]);
  });
});

test.each<[string[], string]>([
  [['--hots', 'x'], '--hots is not a known flag: the nearest one is --hosts'],
  [['--listen', '8080'], '--listen belongs to netwine serve and demo'],
  [['-c'], '"-c" is not a flag: flags are written --name VALUE'],
  [['--client'], '--client needs a value: expected an IP address'],
  [['--client', 'localhost'], '--client: "localhost" is given, expected an IP address'],
  [['--hosts='], '--hosts: "" is given, expected the path of a directory'],
  [['a:1', 'b:1'], 'only one target can be asked for at a time'],
  [['127.1:80'], '"127.1:80" is given: the host is malformed: write a name, a dotted quad or an IPv6 address'],
  [['10.1.2.4'], '"10.1.2.4" is given: the target is malformed: write tcp://host:port'],
  [['http://a/'], '"http://a/" is given: the port is malformed: write a decimal number from 1 to 65535'],
  [['a\u001b:1'], '"a\\x1b:1" is given: the host is malformed: write a name, a dotted quad or an IPv6 address'],
])('%j exits with 2, what is wrong, and the usage', async (args, fault) => {
  const usage = 'usage: netwine check-hosts [--hosts DIR] [--client ADDR] [TARGET | /ROUTE]';
  expect(await run(...args)).toEqual({ status: 2, out: [], err: [`${fault}\n${usage}`] });
});

test('several faults of a command are told at once', async () => {
  const { err } = await run('--what', '--client', 'me', '10.1.2.4');
  expect(err[0]?.split('\n')).toHaveLength(4);
});

test('what stands behind -- is a target, or none', async () => {
  expect((await run('--client', '127.0.0.1', '--', '10.1.2.4:22')).out).toHaveLength(2);
  expect((await run('--', '--client')).err[0]).toContain('"--client" is given: the target is malformed');
});
