/** Folders of tests that go with the process that made them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './at-end.ts';

export interface Folder {
  readonly path: string;
  /** With all that is in it. */
  remove(): void;
}

/** Makes an empty one. */
export const makeFolder = (prefix: string): Folder => {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  const forget = atEnd(remove);
  return {
    path,
    remove() {
      forget();
      remove();
    },
  };
};
