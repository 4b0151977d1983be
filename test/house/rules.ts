/** The house rules on the text of single files: each returns its violations in words. */

import type { SourceFile } from './tree.ts';
import { isCode } from './tree.ts';

type Rule = (files: readonly SourceFile[]) => string[];

/** What may stand at the top of the tree; documents live in the rooms that they describe. */
const topLevel = [
  '.ci',
  '.gitignore',
  '.npmrc',
  'LICENSE',
  'README.md',
  'biome.json',
  'client',
  'hosts',
  'package-lock.json',
  'package.json',
  'server',
  'test',
  'tsconfig.build.json',
  'tsconfig.client.json',
  'tsconfig.json',
  'tsconfig.modern.json',
  'vitest.config.ts',
];

/** The most lines that a file may have. */
const maxLines = 250;

// Forbidden words are put together from parts, so that the rules do not forbid themselves.
const unfinished = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
const leftOut = /\b(?:it|test|describe|suite|bench|context|ctx)(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf|fails)\b/;
const defaultExport = /\bexport\s+default\b|\bas\s+default\b/;
const processUse = /(?<![.\w$])process\s*(?:\.|\?\.|\[)/;
const machineFolders = ['work', 'root', 'home'].map((name) => new RegExp(`(?<![\\w.~*-])/${name}/`));
const registryHosts = [`registry.${'npmjs'}.org`, `deb.${'debian'}.org`, `registry.${'yarnpkg'}.com`];

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** A rule that finds a pattern in one view of each chosen file. */
function without(pattern: RegExp, view: 'text' | 'code' | 'bare', applies: (path: string) => boolean): Rule {
  return (files) =>
    files
      .filter((file) => applies(file.path))
      .flatMap((file) => {
        const found = pattern.exec(file[view]);
        return found === null ? [] : [`${file.path}:${lineOf(file.text, found.index)}: ${found[0]}`];
      });
}

const ours = (path: string): boolean => /^(server|client|test)\//.test(path);

/** No file of ours is longer than 250 lines. */
export const tooLong: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return isCode(path) && ours(path) && lines > maxLines ? [`${path}: ${lines} lines`] : [];
  });

/** Every TypeScript file opens with a doc comment that holds a sentence. */
export const noOpening: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const opening = /^(?:#!.*\n)?\/\*\*\s([\s\S]*?)\*\//.exec(text)?.[1]?.replace(/^\s*\*/gm, '') ?? '';
    const isSentence = /\S+\s+\S+\s+\S+[\s\S]*[.!?]/.test(opening);
    return path.endsWith('.ts') && !isSentence ? [path] : [];
  });

/** In the server only the command line touches `process`; everything else is handed what it needs. */
export const processTouched: Rule = (files) => {
  const below = (path: string): boolean => path.startsWith('server/') && path !== 'server/main.ts' && isCode(path);
  const imported = without(/['"](?:node:)?process['"]/, 'code', below);
  return [...without(processUse, 'bare', below)(files), ...imported(files)];
};

/** Nothing is announced instead of done. */
export const unfinishedWork: Rule = without(unfinished, 'text', (path) => path !== 'package-lock.json');

/** No test is left out or runs alone. */
export const testsLeftOut: Rule = without(leftOut, 'bare', (path) => path.startsWith('test/') && isCode(path));

/** What is exported has a name; the configuration of a tool is what the tool demands. */
export const defaultExports: Rule = without(
  defaultExport,
  'bare',
  (path) => isCode(path) && path !== 'vitest.config.ts',
);

/**
 * No file names a folder of somebody's machine or a registry's host. The one in use here is looked for, too.
 * @param registry  the address of the registry that npm is set to, if any
 */
export function machineTraces(files: readonly SourceFile[], registry: string | undefined): string[] {
  const own = registry === undefined ? [] : [new URL(registry).hostname].filter((host) => /[a-z]\.[a-z]/.test(host));
  const hosts = [...registryHosts, ...own].map((host) => new RegExp(host.replaceAll('.', '\\.')));
  return [...machineFolders, ...hosts].flatMap((pattern) => without(pattern, 'text', () => true)(files));
}

/** Nothing else stands at the top of the tree. */
export const strangersAtTop: Rule = (files) => {
  const tops = new Set(files.map((file) => file.path.split('/')[0] ?? ''));
  return [...tops].filter((top) => !topLevel.includes(top));
};
