/** The banner of a real SSH server, and the first of what it says in binary. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PeerServer, startSshd } from '../support/peer-servers.ts';
import { type Running, startBridge } from './bridge.ts';
import { free } from './dialogue.ts';
import { ways } from './ways.ts';

/** SSH_MSG_KEXINIT [RFC 4253 12] */
const KEXINIT = 20;

let sshd: PeerServer;
let bridge: Running;

beforeAll(async () => {
  sshd = await startSshd();
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${sshd.port}`],
    routes: [`/ssh tcp://127.0.0.1:${sshd.port}`],
  });
});

afterAll(async () => {
  await bridge.stop();
  await sshd.stop();
});

describe.each(ways)('OpenSSH by $name', ({ open }) => {
  it.each(['target', 'route'])('says its banner and begins the key exchange, by %s', async (by) => {
    const place = by === 'route' ? '/ssh' : free(`tcp://127.0.0.1:${sshd.port}`);
    const dialogue = await open(bridge.url, place);
    const banner = await dialogue.inbox.through('\r\n');
    expect(banner.toString('latin1')).toMatch(/^SSH-2\.0-OpenSSH_\S+/);
    await dialogue.write(Buffer.from('SSH-2.0-netwine_test\r\n'));
    // Length, padding length, and the number of the message. [RFC 4253 6]
    const packet = await dialogue.inbox.take(6);
    expect(packet[5]).toBe(KEXINIT);
    await dialogue.close();
  });
});
