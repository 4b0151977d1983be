/** The engines that no Debian package holds: old builds that are fetched, a window around KHTML, and Wine's folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builds, fetchBuild, programPath } from './builds.mjs';
import { libraries } from './parts.mjs';
import { must, run } from './run.mjs';

/** Where they are kept: outside the project, so that a fresh clone finds them again. */
export function engineFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'netwine-engines');
}

const khtmlSource = fileURLToPath(new URL('../browser/engines/hosts/khtml.cpp', import.meta.url));

/** @param {string} folder */
function khtmlPath(folder) {
  const sha256 = createHash('sha256').update(readFileSync(khtmlSource)).digest('hex');
  return programPath(folder, { id: 'khtml', sha256 });
}

/** KHTML's headers include those of half of KDE. */
const frameworks =
  `KHtml KParts KIOCore KIOFileWidgets KIOWidgets KIOGui KIO KCoreAddons KXmlGui KService KJobWidgets KJS
  KWidgetsAddons KTextWidgets SonnetUi KCompletion KI18n KBookmarks KItemViews KConfigCore KConfig KCodecs KWindowSystem
  KConfigWidgets KConfigGui Solid KPackage`.split(/\s+/);

const qt = ['QtWidgets', 'QtGui', 'QtNetwork', 'QtXml', 'QtCore'];
const qtFolder = `${libraries.replace('/lib/', '/include/')}/qt5`;

/** @param {string} folder */
async function makeKhtml(folder) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'making-'));
  try {
    const ready = join(scratch, 'ready');
    mkdirSync(ready);
    const program = join(ready, 'khtml');
    const folders = [
      ...frameworks.map((name) => `/usr/include/KF5/${name}`),
      ...['', ...qt].map((name) => `${qtFolder}/${name}`),
      `${libraries}/qt5/mkspecs/linux-g++`,
    ];
    const includes = folders.map((path) => `-I${path}`);
    const linked = ['-lKF5KHtml', '-lKF5Parts', '-lKF5XmlGui', ...qt.map((name) => name.replace('Qt', '-lQt5'))];
    await must('g++', ['-w', '-O1', '-fPIC', '-o', program, khtmlSource, ...includes, ...linked]);
    renameSync(ready, dirname(khtmlPath(folder)));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** No .NET, no HTML window, no debugger: none of them is there, and each would be asked for in a dialog. */
export const wineEnvironment = {
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree=;mshtml=;winedbg.exe=d;winemenubuilder.exe=d',
};

/** @param {string} folder */
function winePath(folder) {
  return join(folder, 'wine');
}

/** @param {string} folder */
async function makeWine(folder) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'making-'));
  const env = { ...wineEnvironment, WINEPREFIX: join(scratch, 'wine'), DISPLAY: '', HOME: scratch, TMPDIR: scratch };
  try {
    await must('wine', ['wineboot', '-i'], env);
    // Its server goes on for a while in a group of its own, and writes the registry at its end.
    await run('/usr/lib/wine/wineserver64', ['-w'], env);
    renameSync(env.WINEPREFIX, winePath(folder));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * @typedef {{ id: string, path: (folder: string) => string, about: string, make: (folder: string) => Promise<void> }} Engine
 * @type {readonly Engine[]}
 */
export const engines = [
  ...builds.map((build) => ({
    id: build.id,
    path: (/** @type {string} */ folder) => programPath(folder, build),
    about: `fetching ${build.package} with npm: ${build.about}`,
    make: (/** @type {string} */ folder) => fetchBuild(folder, build),
  })),
  { id: 'khtml', path: khtmlPath, about: 'building a window around KHTML', make: makeKhtml },
  { id: 'wine', path: winePath, about: 'making a folder for Wine', make: makeWine },
];

/**
 * Those that are not in the folder yet. The builds are for one kind of processor only.
 * @param {string} folder
 */
export function missingEngines(folder) {
  const usable = process.arch === 'x64' ? engines : [];
  return usable.filter((engine) => !existsSync(engine.path(folder)));
}
