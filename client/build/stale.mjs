/** Takes away what a build has not made anew, at its end: a bridge that runs from dist goes on to have its files until then. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [step, directory = 'dist'] = process.argv.slice(2);
/** As old as the build. */
const stamp = join(directory, '.begun');

if (step === 'begin') {
  mkdirSync(directory, { recursive: true });
  writeFileSync(stamp, '');
  // Else another build at the same time has done it: what that leaves is as new.
} else if (existsSync(stamp)) {
  const begun = statSync(stamp).mtimeMs;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && statSync(path).mtimeMs < begun) rmSync(path, { force: true });
  }
  rmSync(stamp, { force: true });
}
