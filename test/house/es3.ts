/** The rule for rooms that run in every engine: none of the syntax that ES3 has no place for. */
import type { SourceFile } from './tree.ts';

/** The build refuses the same: this is its own check. */
const { isEs3Source, newerThanEs3 } = (await import(
  new URL('../../client/build/es3-syntax.mjs', import.meta.url).href
)) as {
  isEs3Source: (path: string) => boolean;
  newerThanEs3: (path: string, text: string) => string[];
};

/** Syntax in an ES3 room that is too new for it. */
export const tooNew = (files: readonly SourceFile[]): string[] =>
  files.filter(({ path }) => isEs3Source(path)).flatMap(({ path, text }) => newerThanEs3(path, text));
