/** The library of types for old engines: the compiler finds what is not in ES3, and what only some engines have. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** One line each, so that what is found tells which. */
const faults = [
  'list.indexOf(text);',
  'list.forEach(String);',
  'Array.isArray(list);',
  'Object.keys(list);',
  'Object.create(null);',
  'text.trim();',
  'text.substr(1);',
  'text[0];',
  'const [first] = text;',
  'Date.now();',
  'JSON.stringify(list);',
  'String.bind(null);',
  'new Map();',
  'parseInt(text);',
  'list.splice(1);',
  'new XMLHttpRequest();',
  'new WebSocket(text);',
  'fetch(text);',
  'localStorage.getItem(text);',
  'nowhere(text);',
];

const fine = `
export const pieces: string[] = text.split(/,/).concat(list, text.toUpperCase()).sort((a, b) => (a < b ? -1 : 1));
export const counted = Math.floor(Math.random() * Number(text)) + parseInt(text, 10) + new Date().getTime();
export const made = typeof Blob === 'undefined' ? null : new Blob([text]);
export const found = /a(.)/.exec(text);
export const shown = found ? found[0].charAt(0) + String(found.index) : encodeURIComponent(text);
if (typeof XMLHttpRequest !== 'undefined') new XMLHttpRequest().open('GET', text, true);
try { String.prototype.charAt.call(text, 0); } catch { document.title = text; }
export const own = list.hasOwnProperty('0') && String.fromCharCode.apply(null, [65, 66]) === 'AB';
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netwine-library-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Lines of a planted source in which the compiler finds a fault. */
const faultyLines = async (source: string): Promise<number[]> => {
  await writeFile(join(folder, 'planted.mts'), `${source}\nexport {};\ndeclare const text: string, list: string[];`);
  const options = { composite: false, noEmit: true, emitDeclarationOnly: false, rootDir: '/', tsBuildInfoFile: null };
  const config = {
    extends: join(root, 'tsconfig.client.json'),
    compilerOptions: options,
    include: [join(root, 'client/*.d.ts'), 'planted.mts'],
    exclude: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder })
    .then(({ stdout }) => stdout)
    .catch(({ stdout }: { stdout: string }) => stdout);
  expect(output.replace(/^(?:planted\.mts\(| ).*\n/gm, '')).toBe('');
  return [...new Set([...output.matchAll(/^planted\.mts\((\d+),/gm)].map(([, line]) => Number(line)))];
};

test('what ES3 does not have, and what is used without a test, is found', async () => {
  expect(await faultyLines(faults.join('\n'))).toEqual(faults.map((_, index) => index + 1));
});

test('what ES3 has, and what is tested for, is not', async () => {
  expect(await faultyLines(fine)).toEqual([]);
});
