/** Names that the build shortens are our own: none of the wire, of the public face or of an engine is among them. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { bundleScript, bundleWebSocket, faceNames, innerNames } from './build.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const words = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
const shared = (names: Iterable<string>): string[] => innerNames.filter((name) => new Set(names).has(name));

let script: string;

beforeAll(async () => {
  script = (await bundleScript()).code;
});

/** Members of interfaces and of object types: a name at the start of a line or of a member, before its type. */
const members = (text: string): string[] =>
  [...withoutComments(text).matchAll(/(?:^|[{;,(])\s*(?:readonly )?(\w+)\??(?=[:(])/gm)].map(
    ([, name]) => name as string,
  );

test('none is a name that an engine has, or that a source says an engine has', async () => {
  const terser = dirname(createRequire(import.meta.url).resolve('terser/package.json'));
  const { domprops } = (await import(pathToFileURL(join(terser, 'tools/domprops.js')).href)) as { domprops: string[] };
  expect(domprops.length).toBeGreaterThan(5000);
  expect(shared(domprops)).toEqual([]);
  for (const name of ['es3', 'dom', 'requests'])
    expect(shared(words(withoutComments(await read(`client/${name}.d.ts`))))).toEqual([]);
});

test('none is of the wire: parameters and values of the protocol', async () => {
  const coded = [...(await read('server/PROTOCOL.md')).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string);
  const names = coded.flatMap(words);
  for (const known of [
    'to',
    'nonce',
    'from',
    'reader',
    'ended',
    'ticket',
    'callback',
    'window',
    'hold',
    'rotate',
    'pad',
  ]) {
    expect(names).toContain(known);
  }
  expect(shared(names)).toEqual([]);
});

test('none is of the public face but for those that it gives in quotes', async () => {
  const face = members(await read('client/adapter/socket-types.ts'));
  expect(face).toEqual(
    expect.arrayContaining(['bufferedAmount', 'ondata', 'transports', 'received', 'code', 'resumed']),
  );
  expect(shared(face).sort()).toEqual([...faceNames].sort());
  for (const name of faceNames) expect(script.split(`"${name}":`)).toHaveLength(2);
});

test('each is in use, and is short in the script', () => {
  for (const name of innerNames) expect(script).not.toMatch(new RegExp(`[.{,]${name}\\b`));
});

test('none goes between the scripts: what old engines add says and hears all names as they are', async () => {
  const between = await Promise.all(
    ['core/types', 'transport/edge', 'transport/more'].map((path) => read(`client/${path}.ts`)),
  );
  const known = members(between.join('\n'));
  expect(known).toEqual(expect.arrayContaining(['record', 'payload', 'fromBinary', 'usable', 'mostBytes', 'share']));
  // The clock is that of the session alone.
  expect(shared(known)).toEqual(['setTimer']);
});

test('the second script shortens none, for it speaks with the first by public names', async () => {
  const { code } = await bundleWebSocket();
  expect(code).toMatch(/netwine\.connect\(/);
  expect(code).toMatch(/\.toBinary\(/);
});
