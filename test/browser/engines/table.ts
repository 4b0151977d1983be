/** The engines that open a page and run its scripts: one row for each, which says how it is started. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed, made, wineEnvironment } from '../../support/engine-parts.ts';

export interface Launch {
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export interface EngineRow {
  /** What it is, for tables. */
  readonly about: string;
  /** It opens a window. */
  readonly screen?: true;
  /** @param home  a folder of its own @throws where it is not installed */
  launch(url: string, home: string): Launch;
}

const host = (name: string): string => fileURLToPath(new URL(`hosts/${name}`, import.meta.url));

/** Without these it looks for updates and for its maker's hosts at every start. */
const chromeFlags = `--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run
  --disable-background-networking --disable-component-update --disable-sync --no-proxy-server
  --remote-debugging-port=0`.split(/\s+/);

const chrome = (about: string, program: () => string): EngineRow => ({
  about,
  launch: (url, home) => ({ command: program(), args: [...chromeFlags, `--user-data-dir=${home}/profile`, url] }),
});

const firefoxSettings = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'toolkit.telemetry.enabled': false,
};

const firefoxProfile = (home: string): string => {
  const profile = join(home, 'profile');
  mkdirSync(profile);
  const lines = Object.entries(firefoxSettings).map(([name, value]) => `user_pref("${name}", ${value});\n`);
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  return profile;
};

/** All of /usr/share but the list of programs, in which KDE would look for a browser to show our frames. */
const withoutPrograms = (home: string): string => {
  const folder = join(home, 'share');
  mkdirSync(folder);
  for (const name of readdirSync('/usr/share')) {
    if (name !== 'applications') symlinkSync(`/usr/share/${name}`, join(folder, name));
  }
  return folder;
};

/** A Wine of its own around the files of the one that was made: two that share a folder would share a server. */
const wineFolder = (home: string): string => {
  const [from, to] = [made('wine'), join(home, 'wine')];
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name === 'drive_c') symlinkSync(join(from, name), join(to, name));
    else cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
  }
  return to;
};

const phantom = (about: string, id: string, env: Readonly<Record<string, string>>): EngineRow => ({
  about,
  launch: (url) => ({ command: made(id), args: [host('phantom.js'), url], env: { OPENSSL_CONF: '/dev/null', ...env } }),
});

export const engines = {
  chromium: chrome('Chromium of Debian', () => installed('chromium')),
  firefox: {
    about: 'Firefox ESR',
    launch: (url, home) => ({
      command: installed('firefox-esr'),
      args: ['--headless', '--no-remote', '--profile', firefoxProfile(home), url],
    }),
  },
  webkitgtk: {
    about: 'WebKitGTK',
    screen: true,
    launch: (url) => ({
      command: installed('webkit2gtk-driver'),
      args: [url],
      env: { WEBKIT_DISABLE_COMPOSITING_MODE: '1' },
    }),
  },
  chrome92: chrome('Chrome 92 (2021)', () => made('chrome92')),
  chrome64: chrome('Chrome 64 (2018)', () => made('chrome64')),
  qtwebkit: {
    about: 'QtWebKit 602 (2016)',
    screen: true,
    launch: (url) => {
      installed('python3-pyqt5.qtwebkit');
      return { command: '/usr/bin/python3', args: [host('qtwebkit.py'), url] };
    },
  },
  wkhtml: {
    about: 'QtWebKit of wkhtmltoimage',
    screen: true,
    // It waits this long for the page's scripts, then takes its picture and ends.
    launch: (url) => ({
      command: installed('wkhtmltopdf'),
      args: ['--javascript-delay', '600000', '--no-stop-slow-scripts', url, '/dev/null'],
    }),
  },
  phantom2: phantom('PhantomJS 2.1.1 (2013)', 'phantom2', {}),
  // It dies of today's files of authorities.
  phantom1: phantom('PhantomJS 1.9.8 (2011)', 'phantom1', { SSL_CERT_DIR: '/nonexistent' }),
  khtml: {
    about: 'KHTML (2008)',
    screen: true,
    launch: (url, home) => ({
      command: installed('dbus-daemon'),
      args: ['--', made('khtml'), url],
      env: { XDG_DATA_DIRS: withoutPrograms(home) },
    }),
  },
  wine: {
    about: "Wine's JScript 5.8 (Internet Explorer 6 to 8, no window)",
    launch: (url, home) => {
      const script = `Z:${host('wine.js').replaceAll('/', '\\')}`;
      const env = { ...wineEnvironment, WINEPREFIX: wineFolder(home) };
      return { command: installed('wine'), args: ['cscript', '//nologo', script, url], env };
    },
  },
  netsurf: {
    about: 'NetSurf (script tags only)',
    screen: true,
    launch: (url) => ({ command: installed('netsurf-gtk'), args: ['--enable_javascript=1', url] }),
  },
  edbrowse: {
    about: 'edbrowse (a line editor)',
    launch: (url, home) => {
      // Without this file it makes one and ends.
      writeFileSync(join(home, '.ebrc'), '');
      return { command: installed('edbrowse'), args: ['-d1', url] };
    },
  },
} as const satisfies Record<string, EngineRow>;

export type EngineId = keyof typeof engines;
