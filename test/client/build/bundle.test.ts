/** The built script: ES3 by its syntax and its names, small, one global, and at home in an engine that has nothing else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { bareEngine } from './bare-engine.ts';
import {
  type Bundle,
  bundleModule,
  bundleNet,
  bundleOld,
  bundleScript,
  bundleWebSocket,
  laterNames,
  syntaxFault,
} from './build.ts';

const MOST_BYTES = 24 * 1024;
const MOST_GZIPPED_BYTES = 9 * 1024;

const sources = fileURLToPath(new URL('../../../client/', import.meta.url));

let script: Bundle;
let folder: string;

beforeAll(async () => {
  [script, folder] = await Promise.all([bundleScript(), mkdtemp(join(tmpdir(), 'netwine-bundle-'))]);
});

afterAll(() => rm(folder, { recursive: true }));

/** The script of one planted source. */
const built = async (source: string, build: (input: string) => Promise<{ code: string }> = bundleScript) => {
  const path = join(folder, 'planted.ts');
  await writeFile(path, source);
  return (await build(path)).code;
};

test('the script is within its budget', () => {
  // As it is served, with the line that names its map.
  const served = `${script.code}//# sourceMappingURL=netwine.js.map\n`;
  expect(Buffer.byteLength(served)).toBeLessThanOrEqual(MOST_BYTES);
  expect(gzipSync(served, { level: 9 }).length).toBeLessThanOrEqual(MOST_GZIPPED_BYTES);
});

test('the script is ES3, of ASCII alone, and names nothing that came later', () => {
  expect(syntaxFault(script.code)).toBe(null);
  expect(laterNames(script.code)).toEqual([]);
  expect(script.code).toMatch(/^[\n -~]+$/);
});

test('the script makes one global in an engine of ES3, and nothing else of it changes', () => {
  const engine = bareEngine();
  const names = (): string[] => Object.getOwnPropertyNames(runInContext('this', engine));
  const before = names();
  expect(before).not.toContain('JSON');
  expect(runInContext('[typeof [].indexOf, typeof "".trim, typeof Object.keys, typeof names].join()', engine)).toBe(
    'undefined,undefined,undefined,undefined',
  );
  runInContext(script.code, engine);
  expect(names().filter((name) => !before.includes(name))).toEqual(['netwine']);
  expect(runInContext('typeof netwine', engine)).toBe('object');
  expect(Object.getOwnPropertyNames(runInContext('Array.prototype', engine))).not.toContain('indexOf');
});

test('the script for old engines is of ES3, too, and adds ways to the global of the first', async () => {
  const old = await bundleOld();
  expect(syntaxFault(old.code)).toBe(null);
  expect(laterNames(old.code)).toEqual([]);
  const engine = bareEngine();
  runInContext(script.code, engine);
  const connect =
    "try { netwine.connect('a:1', { transports: ['script-poll'], share: true }) } catch (e) { e.message }";
  expect(runInContext(connect, engine)).toBe('This needs netwine-old.js.');
  runInContext(old.code, engine);
  expect(
    runInContext('netwine.more.ways.length + typeof netwine.more.sender + typeof netwine.more.share', engine),
  ).toBe('4functionfunction');
  expect(runInContext(connect, engine)).toBe('This engine has no way to receive.');
});

test('the second script is of ES3, too, and adds the class to the global of the first', async () => {
  const second = await bundleWebSocket();
  expect(syntaxFault(second.code)).toBe(null);
  expect(laterNames(second.code)).toEqual([]);
  const engine = bareEngine();
  expect(() => runInContext(second.code, engine)).toThrow(/netwine/);
  runInContext('var calls = [], netwine = { connect: function (to) { calls.push(to); return {}; } };', engine);
  const names = (): string[] => Object.getOwnPropertyNames(runInContext('this', engine));
  const before = names();
  runInContext(second.code, engine);
  expect(names()).toEqual(before);
  const made =
    "var Face = netwine.webSocket('a:1'); new Face('ws://b'); new netwine.WebSocket('ws://b/connect?to=c:2');";
  expect(runInContext(`${made}; calls.join() + netwine.WebSocket.OPEN`, engine)).toBe('a:1,c:21');
});

test('the map leads to the sources, by paths of the project, and brings them along', () => {
  const { sources, sourcesContent } = JSON.parse(script.map) as { sources: string[]; sourcesContent: string[] };
  expect(sources).toContain('../../client/core/session.ts');
  expect(sources.filter((path) => !/^\.\.\/\.\.\/client\/[\w/-]+\.ts$/.test(path))).toEqual([]);
  expect(sourcesContent[sources.indexOf('../../client/core/session.ts')]).toContain('export const createSession');
});

test('the module exports what the script has, and reads as it was written', async () => {
  const { code } = await bundleModule();
  expect(code).toMatch(/^export \{[^}]*\bcreateSession\b[^}]*\};$/m);
  expect(code).toContain('/** ');
  expect(syntaxFault(code)).not.toBe(null);
});

test('the module for `net` is no second client, leaves streams to the bundler, and is one object, too', async () => {
  const { code } = await bundleNet();
  const imports = [...code.matchAll(/^import .* from '(.*)';$/gm)].map(([, from]) => from);
  expect(imports).toEqual(['stream', './netwine.mjs']);
  const names = 'Socket, connect, connect as createConnection, net as default, isIP, isIPv4, isIPv6'.split(', ');
  const exported = /^export \{ (.*) \};$/m.exec(code)?.[1]?.split(', ');
  expect(exported).toEqual(expect.arrayContaining(names));
  expect(code).toContain('/** ');
});

describe('the check of syntax', () => {
  it.each([
    ['a reserved key', 'var a={default:1}'],
    ['a reserved name of the future', 'a.final()'],
    ['a trailing comma', 'var a={b:1,}'],
    ['a getter', 'var a={get b(){return 1}}'],
    ['an arrow', 'var f=()=>1'],
    ['a declaration by let', 'let a=1'],
  ])('refuses %s, and shows where', (_, code) => {
    expect(syntaxFault(code)).toMatch(/\(\d+:\d+\), in "/);
  });

  it('accepts what is quoted', () => {
    expect(syntaxFault('var a={"default":1};a["final"]()')).toBe(null);
  });
});

describe('the check of names', () => {
  it.each([
    ['a.forEach(b)', 'forEach'],
    ['a["trim"]()', 'trim'],
    ['f.bind(a)', 'bind'],
    ['Date.now()', 'Date.now'],
    ['Object.keys(a)', 'Object.keys'],
    ['JSON.parse(a)', 'JSON'],
    ['new Promise(a)', 'Promise'],
    ['eval(a)', 'eval'],
    ['var a=[1,,2]', 'a hole in an array'],
    ['clock.now();a.keys;({JSON:1}).JSON;"".indexOf(b)', null],
  ])('%s: %s', (code, name) => {
    expect(laterNames(code)).toEqual(name === null ? [] : [name]);
  });
});

describe('the build', () => {
  it('quotes names that ES3 reserves, in every place', async () => {
    const code = await built(`
      export const told = (on: any, char: string) => {
        const { final } = on;
        on.final({ default: final, char, boolean: on.a.delete });
        return (on.class ||= char);
      };`);
    expect(syntaxFault(code)).toBe(null);
    const engine = bareEngine();
    runInContext(`${code};var seen,on={"final":function(x){seen=x},a:{"delete":7}};netwine.told(on,"c")`, engine);
    expect(runInContext('[typeof seen["default"],seen["char"],seen["boolean"],on["class"]].join()', engine)).toBe(
      'function,c,7,c',
    );
  });

  it('gives each turn of a loop its own variable, templates and defaults', async () => {
    const code = await built(`
      const made: (() => string)[] = [];
      for (let i = 0; i < 3; i += 1) made.push((by = 2) => \`\${i * by}!\`);
      export const text = () => made[0]!() + made[2]!(5);`);
    expect(runInContext(`${code};netwine.text()`, bareEngine())).toBe('0!10!');
  });

  it('joins templates as they read', async () => {
    const code = await built(`
      export const all = (a, b) => [\`\${a}\${b}\`, \`\${a + b}\${a}x\`, \`\${a}x\${a - b}\${a, b}\`, \`x\${\`\${a}\`}\${a || b}\`, \`\${a}\`.length]`);
    expect(runInContext(`${code};netwine.all(1,2).join(' ')`, bareEngine())).toBe('12 31x 1x-12 x11 1');
    expect(code).not.toContain('concat');
  });

  it.each([
    ['a later built-in is called', 'export const f = (a) => a.map(f);', /uses what came after ES3: map$/],
    [
      'objects are spread',
      'export const f = (a) =>\n  ({ ...a });',
      /planted\.ts:2: object spread is nothing for ES3$/,
    ],
    ['a chain is optional', 'export const f = (a) => a?.b;', /planted\.ts:1: \?\. is nothing for ES3$/],
    ['a modern file is imported', `export * from '${sources}modern.ts';`, /client\/modern\.ts is not for old engines$/],
    ['a file is not there', "import { a } from './none.ts'; export const b = a;", /none\.ts/],
    ['a package is imported', "export { a } from 'somewhere';", /somewhere/],
  ])('fails where %s', async (_, source, message) => {
    await expect(built(source)).rejects.toThrow(message);
  });
});
