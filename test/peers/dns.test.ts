/** DNS queries over UDP: each datagram is one packet on byte transports and one message on a plain WebSocket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dnsName, type PeerServer, startDns } from '../support/peer-servers.ts';
import { type Running, startBridge } from './bridge.ts';
import { type Dialogue, free } from './dialogue.ts';
import { ways } from './ways.ts';

let dns: PeerServer;
let bridge: Running;

beforeAll(async () => {
  dns = await startDns();
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${dns.port}/udp`],
    routes: [`/dns udp://127.0.0.1:${dns.port}`],
  });
});

afterAll(async () => {
  await bridge.stop();
  await dns.stop();
});

const FLAGS = { query: 0x0100, isAnswer: 0x8000 };
const HEADER_BYTES = 12;

/** A question for the IPv4 address of a name. [RFC 1035 4.1] */
const question = (id: number, name: string): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(FLAGS.query, 2);
  header.writeUInt16BE(1, 4);
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
};

/** What matters of an answer; the address where there is one. */
const readAnswer = (message: Buffer): { id: number; isAnswer: boolean; address: string | null } => ({
  id: message.readUInt16BE(0),
  isAnswer: (message.readUInt16BE(2) & FLAGS.isAnswer) !== 0,
  address: message.readUInt16BE(6) === 1 ? message.subarray(-4).join('.') : null,
});

const framed = (datagram: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(datagram.length);
  return Buffer.concat([length, datagram]);
};

const readDatagram = async ({ inbox }: Dialogue, messages: boolean): Promise<Buffer> =>
  messages ? await inbox.piece() : await inbox.take((await inbox.take(2)).readUInt16BE(0));

describe.each(ways)('dnsmasq by $name', ({ open, messages }) => {
  it.each(['target', 'route'])('answers over UDP, each question by itself, by %s', async (by) => {
    const dialogue = await open(bridge.url, by === 'route' ? '/dns' : free(`udp://127.0.0.1:${dns.port}`));
    for (const [id, name] of [
      [4711, dnsName.name],
      [4712, 'other.invalid'],
      [4713, dnsName.name],
    ] as const) {
      const asked = question(id, name);
      await dialogue.write(messages ? asked : framed(asked));
      expect(readAnswer(await readDatagram(dialogue, messages))).toEqual({
        id,
        isAnswer: true,
        address: name === dnsName.name ? dnsName.address : null,
      });
    }
    await dialogue.close();
  });

  it('is asked two questions at once and gives two answers', async () => {
    const dialogue = await open(bridge.url, '/dns');
    const both = [question(1, dnsName.name), question(2, dnsName.name)];
    // On byte transports two packets come in one piece, and are two datagrams all the same.
    if (messages) for (const one of both) await dialogue.write(one);
    else await dialogue.write(Buffer.concat(both.map(framed)));
    const ids = [await readDatagram(dialogue, messages), await readDatagram(dialogue, messages)].map(
      (message) => readAnswer(message).id,
    );
    expect(ids.sort()).toEqual([1, 2]);
    await dialogue.close();
  });
});
