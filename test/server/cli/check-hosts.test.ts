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

test('files without a fault are told so', async () => {
  const { status, out } = await run();
  expect(status).toBe(0);
  expect(out).toEqual([`${directory}: no fault: 2 client rules, 4 target rules, 0 routes`]);
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

test('faulty files exit with 2 and their faults', async () => {
  const { status, out, err } = await run('--hosts', join(directory, 'none'), '10.1.2.4:22');
  expect([status, out]).toEqual([2, []]);
  expect(err[0]).toContain('none/clients:0: there is no such file');
});

test('what is not enforced yet exits with 2', async () => {
  const other = await mkdtemp(join(tmpdir(), 'netwine-check-'));
  try {
    await writeFile(join(other, 'clients'), '');
    await writeFile(join(other, 'targets'), 'allow a.com 80 max=1\n');
    expect((await run('--hosts', other)).err[0]).toMatch(/targets:1: max= is not supported yet$/);
    await writeFile(join(other, 'targets'), 'allow a.com 80\n');
    const { status, err } = await run('--hosts', other);
    expect([status, err[0]]).toEqual([0, expect.stringMatching(/clients:0: no rule: every client is denied$/)]);
  } finally {
    await rm(other, { recursive: true });
  }
});

test.each([
  [['--what']],
  [['a:1', 'b:1']],
  [['--client', 'localhost']],
  [['--client']],
  [['127.1:80']],
  [['10.1.2.4']],
  [['http://a/']],
])('%j exits with 2 and the usage', async (args) => {
  const { status, out, err } = await run(...args);
  expect([status, out]).toEqual([2, []]);
  expect(err.join('\n')).toContain('usage: netwine check-hosts');
});
