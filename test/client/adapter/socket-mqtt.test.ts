/** The packets of somebody else's MQTT library against mosquitto over `connect`: its parser gets the bytes in any cut. */

import './engine.ts';
import { once } from 'node:events';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { connect } from '../../../client/adapter/socket.ts';
import { useBroker } from './broker.ts';
import { pattern } from './fixtures.ts';

const broker = useBroker();

test.each([
  ['poll', 'bytes'],
  ['stream', 'bytes'],
  ['poll', 'string'],
] as const)('a message goes there and back by %s, in %s', async (way, binary) => {
  const packets = parser();
  const to = `127.0.0.1:${broker.port}`;
  const socket = connect(to, { url: broker.url, transports: [way, 'poll'], binary });
  socket.ondata = (data) => packets.parse(typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data));
  const closed = new Promise<string>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  socket.onend = () => socket.end();
  const write = (packet: Packet): void => {
    const bytes = generate(packet);
    socket.write(binary === 'string' ? bytes.toString('latin1') : bytes);
  };
  const heard = async (): Promise<Packet> => (await once(packets, 'packet'))[0] as Packet;

  write({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: `${way}-${binary}`,
    keepalive: 0,
  });
  expect(await heard()).toMatchObject({ cmd: 'connack', returnCode: 0 });
  write({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${way}/${binary}`, qos: 0 }] });
  expect(await heard()).toMatchObject({ cmd: 'suback', granted: [0] });
  const payload = pattern(300_000);
  write({ cmd: 'publish', topic: `${way}/${binary}`, payload, qos: 0, dup: false, retain: false });
  expect(payload.equals(((await heard()) as IPublishPacket).payload as Buffer)).toBe(true);
  write({ cmd: 'disconnect' });
  expect(await closed).toBe('CLOSED');
});
