/** The files of a source tree, as the house rules see them. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** From the root of the tree, with `/`. */
  path: string;
  text: string;
  /** The text with every comment blanked, so that positions and lines stay. */
  code: string;
  /** `code` with the contents of strings blanked, too. */
  bare: string;
}

/** The root of this project. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/**
 * All files that are or could be committed below `root`: what git tracks and does not ignore, or all of them where there
 * is no repository.
 */
export function readTree(root: string): SourceFile[] {
  return listFiles(root)
    .filter((path) => existsSync(join(root, path)) && lstatSync(join(root, path)).isFile())
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')));
}

/** A file by its text, for trees that exist only in a test. */
export function sourceFile(path: string, text: string): SourceFile {
  if (!isCode(path)) return { path, text, code: text, bare: text };
  return { path, text, code: blank(text, false), bare: blank(text, true) };
}

/** Whether a file is program text of ours. */
export function isCode(path: string): boolean {
  return /\.(ts|mts|js|mjs)$/.test(path);
}

function listFiles(root: string): string[] {
  if (!existsSync(join(root, '.git'))) {
    const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
    return entries.filter((path) => !/(^|\/)(node_modules|dist)(\/|$)/.test(path));
  }
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').slice(0, -1);
}

/**
 * Strings, templates, regular expressions and comments. A slash begins an expression only where no value can have ended;
 * a template is taken whole, with what is put into it.
 */
const tokens =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:[=(,:;!&|?[{}>]|\n|return)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

function blank(text: string, withStrings: boolean): string {
  return text.replace(tokens, (token) => {
    const isComment = token.startsWith('//') || token.startsWith('/*');
    if (isComment) return spaces(token);
    return withStrings ? `${token[0]}${spaces(token.slice(1, -1))}${token.at(-1)}` : token;
  });
}

function spaces(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
