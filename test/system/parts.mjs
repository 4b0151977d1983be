/** The system parts that the tests need beside Node: one row for each Debian package, and how to see that it is there. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where Debian keeps the libraries of this processor. */
export const libraries = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

/** What the tests use of the library that holds WebKitGTK's own small browser. */
export const miniBrowser = `${libraries}/webkit2gtk-4.1/MiniBrowser`;

/** Loaded before a program, it sets that program's wall clock. */
export const fakeTime = `${libraries}/faketime/libfaketime.so.1`;

/**
 * One row for each package.
 * @typedef {{ package: string, proof: string, for: string }} Part  `proof` is the file that the tests use
 * @type {readonly Part[]}
 */
export const parts = [
  { package: 'curl', proof: '/usr/bin/curl', for: 'the simplest client' },
  { package: 'openssl', proof: '/usr/bin/openssl', for: 'certificates of TLS targets' },
  { package: 'openssh-server', proof: '/usr/sbin/sshd', for: 'the banner of a real SSH server' },
  { package: 'redis-server', proof: '/usr/bin/redis-server', for: 'a dialogue of requests and answers' },
  { package: 'dnsmasq-base', proof: '/usr/sbin/dnsmasq', for: 'DNS queries over UDP' },
  { package: 'faketime', proof: fakeTime, for: 'a wall clock that jumps' },
  { package: 'mosquitto', proof: '/usr/sbin/mosquitto', for: 'an unmodified MQTT.js' },
  { package: 'nginx', proof: '/usr/sbin/nginx', for: 'whole HTTP exchanges, and a proxy in between' },
  { package: 'haproxy', proof: '/usr/sbin/haproxy', for: 'a proxy in between' },
  { package: 'caddy', proof: '/usr/bin/caddy', for: 'a proxy in between that ends broken answers properly' },
  { package: 'tigervnc-standalone-server', proof: '/usr/bin/Xtigervnc', for: 'an unmodified noVNC' },
  { package: 'ngircd', proof: '/usr/sbin/ngircd', for: 'a real IRC server' },
  { package: 'chromium', proof: '/usr/bin/chromium', for: 'the pages in a browser' },
  { package: 'firefox-esr', proof: '/usr/bin/firefox-esr', for: 'the pages in Firefox' },
  { package: 'webkit2gtk-driver', proof: miniBrowser, for: 'the pages in WebKitGTK' },
  { package: 'python3-pyqt5.qtwebkit', proof: '/usr/lib/python3/dist-packages/PyQt5/QtWebKit.pyi', for: 'QtWebKit' },
  { package: 'wkhtmltopdf', proof: '/usr/bin/wkhtmltoimage', for: 'another build of QtWebKit' },
  { package: 'netsurf-gtk', proof: '/usr/bin/netsurf-gtk', for: 'an engine with script tags only' },
  { package: 'edbrowse', proof: '/usr/bin/edbrowse', for: 'an engine whose requests come all at once' },
  { package: 'lynx', proof: '/usr/bin/lynx', for: 'pages without script' },
  { package: 'w3m', proof: '/usr/bin/w3m', for: 'pages without script' },
  { package: 'links2', proof: '/usr/bin/links2', for: 'pages without script' },
  { package: 'wine', proof: '/usr/bin/wine', for: 'the engine of old Internet Explorers' },
  { package: 'libkf5khtml-dev', proof: '/usr/include/KF5/KHtml/khtml_part.h', for: 'a window around KHTML, with Qt' },
  { package: 'libkf5khtml-bin', proof: `${libraries}/qt5/plugins/kf5/parts/khtmlpart.so`, for: 'KHTML' },
  { package: 'g++', proof: '/usr/bin/g++', for: 'a window around KHTML' },
  { package: 'dbus-daemon', proof: '/usr/bin/dbus-run-session', for: 'what KHTML asks for its settings' },
  { package: 'xvfb', proof: '/usr/bin/Xvfb', for: 'screens of engines that need one' },
];

/**
 * The rows whose proof is not there below `root`; a program must be executable, too.
 * @param {string} root  the root directory, `/` but in tests
 * @returns {Part[]}
 */
export function missingParts(root) {
  return parts.filter(({ proof }) => {
    try {
      accessSync(join(root, proof), /\/s?bin\//.test(proof) ? constants.X_OK : constants.R_OK);
      return false;
    } catch {
      return true;
    }
  });
}
