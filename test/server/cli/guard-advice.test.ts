/** What the guard demands of a rule is said, and only where it is the guard that denies. */
import { expect, test } from 'vitest';
import { guardAdvice } from '../../../server/cli/guard-advice.ts';
import { NetwineError } from '../../../server/core/errors.ts';
import { parseTarget } from '../../../server/core/target-url.ts';
import { parseHosts } from '../../../server/policy/load.ts';
import type { Resolve } from '../../../server/policy/resolve.ts';
import { judgeTarget } from '../../../server/policy/targets.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'db.internal': ['10.1.2.3'],
  'both.example': ['10.1.2.3', '1.1.1.1'],
  'irc.example': ['1.1.1.1'],
};

let lookUps = 0;

const resolve: Resolve = async (name) => {
  lookUps += 1;
  const answers = names[name];
  if (!answers) throw new NetwineError('UNKNOWN_HOST');
  return answers;
};

const ask = async (targets: string, asked: string): Promise<string[]> => {
  const { targets: rules } = parseHosts({ clients: '', targets });
  const look = { resolve, limitMs: 1000, signal: new AbortController().signal };
  const judgement = await judgeTarget(parseTarget(asked), rules, look);
  expect(judgement.verdicts.every(({ allowed }) => allowed)).toBe(false);
  return guardAdvice(judgement, rules, look);
};

const PRIVATE = 'opens no guarded address: add private, or a rule for the address';
const port = (number: number): string =>
  `opens port ${number} only where it is named singly: add ,${number} to the ports`;

test.each<[string, string, string[]]>([
  ['allow * 80', '127.0.0.1:80', [`targets:1: allow * 80: ${PRIVATE}`]],
  ['allow 0.0.0.0/0 *\ndeny * *', '10.1.2.3:80', [`targets:1: allow 0.0.0.0/0 *: ${PRIVATE}`]],
  ['allow a.example 1\nallow db.internal 5432', 'db.internal:5432', [`targets:2: allow db.internal 5432: ${PRIVATE}`]],
  ['allow 1.1.1.1 80\nallow both.example 80', 'both.example:80', [`targets:2: allow both.example 80: ${PRIVATE}`]],
  ['allow 10.1.2.0/24 1-100', '10.1.2.3:22', [`targets:1: allow 10.1.2.0/24 1-100: ${port(22)}`]],
  ['allow irc.example *', 'irc.example:6667', [`targets:1: allow irc.example *: ${port(6667)}`]],
  ['allow db.internal *', 'tls://db.internal:993', [`targets:1: allow db.internal *: ${port(993)}; and it ${PRIVATE}`]],
])('%j says of %s what to add', async (rules, asked, lines) => {
  expect(await ask(rules, asked)).toEqual(lines);
});

test('advice is about the addresses that were judged: a name is not looked up for it again', async () => {
  lookUps = 0;
  await ask('allow db.internal *', 'db.internal:80');
  expect(lookUps).toBe(1);
});

test('what is added opens the target', async () => {
  const added = ['allow * 80 private', 'allow 10.1.2.0/24 1-100,22', 'allow db.internal *,993 private'];
  const asked = ['127.0.0.1:80', '10.1.2.3:22', 'tls://db.internal:993'];
  const { targets: rules } = parseHosts({ clients: '', targets: added.join('\n') });
  for (const target of asked) {
    const look = { resolve, limitMs: 1000, signal: new AbortController().signal };
    const { verdicts } = await judgeTarget(parseTarget(target), rules, look);
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true]);
  }
});

test.each([
  ['no rule fits', 'allow 1.1.1.1 80', '127.0.0.1:80'],
  ['a rule denies before', 'deny 127.0.0.1 *\nallow * 80', '127.0.0.1:80'],
  ['only one of two addresses would be opened', 'deny 1.1.1.1 *\nallow both.example 80', 'both.example:80'],
  ['a metadata server needs a rule of its own', 'allow * 80', '169.254.169.254:80'],
  ['the rule is for udp', 'allow 10.1.2.3 53/udp', '10.1.2.3:53'],
  ['the name has no address', 'allow nowhere.example *', 'nowhere.example:22'],
  ['the target has no address', 'allow exec:cat', 'exec:dog'],
])('where %s nothing is said', async (_, rules, asked) => {
  expect(await ask(rules, asked)).toEqual([]);
});
