/** An unmodified MQTT.js against mosquitto over the two streams of a `TCPSocket`, which Node makes a Duplex of. */

import './engine.ts';
import { Duplex } from 'node:stream';
import { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import { TCPSocket } from '../../../client/adapter/streams.ts';
import { useBroker } from './broker.ts';
import { pattern } from './fixtures.ts';

const broker = useBroker();

test.each(['poll', 'stream', 'socket'])('messages of each QoS go there and back once, by %s', async (way) => {
  const socket = new TCPSocket('127.0.0.1', broker.port, { url: broker.url, transports: [way, 'poll'] });
  const { readable, writable } = await socket.opened;
  const client = new MqttClient(() => Duplex.fromWeb({ readable, writable } as never), { reconnectPeriod: 0 });
  await client.subscribeAsync(`${way}/#`, { qos: 2 });
  const heard: Buffer[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (_topic, message) => {
      if (heard.push(message) === 3) resolve();
    });
  });
  const sent = ([0, 1, 2] as const).map((qos) => ({ qos, message: pattern(1000 + qos * 100_000) }));
  for (const { qos, message } of sent) await client.publishAsync(`${way}/${qos}`, message, { qos });
  await all;
  expect(Buffer.concat(heard).equals(Buffer.concat(sent.map(({ message }) => message)))).toBe(true);
  await client.endAsync();
  await socket.closed;
});
