/** The system parts that the tests need beside Node: one row for each Debian package, and how to see that it is there. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

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
  { package: 'mosquitto', proof: '/usr/sbin/mosquitto', for: 'an unmodified MQTT.js' },
  { package: 'nginx', proof: '/usr/sbin/nginx', for: 'whole HTTP exchanges, and a proxy in between' },
  { package: 'tigervnc-standalone-server', proof: '/usr/bin/Xtigervnc', for: 'an unmodified noVNC' },
  { package: 'chromium', proof: '/usr/bin/chromium', for: 'the pages in a browser' },
];

/**
 * The rows whose proof cannot be executed below `root`.
 * @param {string} root  the root directory, `/` but in tests
 * @returns {Part[]}
 */
export function missingParts(root) {
  return parts.filter((part) => {
    try {
      accessSync(join(root, part.proof), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
}
