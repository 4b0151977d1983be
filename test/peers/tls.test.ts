/** nginx over TLS with an authority of its own, which a rule of the targets file names. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curl } from '../support/curl.ts';
import { makeCertificates, type PeerServer, startNginx } from '../support/peer-servers.ts';
import { type Running, startBridge } from './bridge.ts';
import { free } from './dialogue.ts';
import { ways } from './ways.ts';

const file = randomBytes(256 * 1024);

let nginx: PeerServer;
let bridge: Running;

beforeAll(async () => {
  const { ca, certificate, key } = await makeCertificates();
  nginx = await startNginx({ files: { file }, tls: { certificate, key } });
  bridge = await startBridge({
    // By its address the same server is allowed too, but for that rule nobody vouches for its certificate.
    targets: [`allow localhost ${nginx.port}/tls private ca=ca.pem`, `allow 127.0.0.1 ${nginx.port}/tls`],
    routes: [`/secure tls://localhost:${nginx.port}`],
    files: { 'ca.pem': ca },
  });
});

afterAll(async () => {
  await bridge.stop();
  await nginx.stop();
});

describe.each(ways)('nginx over TLS by $name', ({ open }) => {
  it.each(['target', 'route'])('is verified and gives its file, by %s', async (by) => {
    const place = by === 'route' ? '/secure' : free(`tls://localhost:${nginx.port}`);
    const dialogue = await open(bridge.url, place);
    await dialogue.write(Buffer.from('GET /file HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'));
    expect((await dialogue.inbox.through('\r\n')).toString()).toBe('HTTP/1.1 200 OK\r\n');
    await dialogue.inbox.through('\r\n\r\n');
    expect((await dialogue.inbox.rest()).equals(file)).toBe(true);
    await dialogue.close();
  });
});

it('refuses a certificate that no authority of the rule has signed', async () => {
  const place = free(`tls://127.0.0.1:${nginx.port}`);
  const { body } = await curl(['-X', 'POST', '-w', '%{http_code}', `${bridge.url}${place}`]);
  expect(body.toString()).toMatch(/^NO UNREACHABLE .*\n502$/);
});
