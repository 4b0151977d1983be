/** An unmodified MQTT.js against mosquitto, handed our class in the place of `WebSocket`, by long polls alone. */

import './engine.ts';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { webSocket } from '../../../client/adapter/websocket.ts';
import { useBroker } from './broker.ts';
import { pattern } from './fixtures.ts';

const broker = useBroker();

const open = async (transport: string, options = {}): Promise<MqttClient> => {
  const Face = webSocket(`tcp://127.0.0.1:${broker.port}`, { url: broker.url, transports: [transport] });
  const client = await connectAsync('ws://broker.example', {
    createWebsocket: (url, protocols) => new Face(url, protocols) as never,
    // Else it would want a socket of Node.
    forceNativeWebSocket: true,
    reconnectPeriod: 20,
    ...options,
  });
  onTestFinished(async () => void (await client.endAsync()));
  return client;
};

const messages = (client: MqttClient, count: number): Promise<Buffer[]> =>
  new Promise((resolve) => {
    const all: Buffer[] = [];
    client.on('message', (_topic, message) => {
      all.push(message);
      if (all.length === count) resolve(all);
    });
  });

test.each(['poll', 'exchange', 'stream'])('50 messages of QoS 1 arrive, each once and in order, by %s', async (way) => {
  const [left, right] = await Promise.all([open(way), open(way)]);
  await right.subscribeAsync(`${way}/+`, { qos: 1 });
  const arrived = messages(right, 50);
  const sent = Array.from({ length: 50 }, (_, index) => pattern(index * index * 10 + 1));
  await Promise.all(sent.map((message, index) => left.publishAsync(`${way}/${index}`, message, { qos: 1 })));
  expect((await arrived).map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
  expect(Buffer.concat(await arrived).equals(Buffer.concat(sent))).toBe(true);
});

test('it reconnects by itself when its connection breaks', async () => {
  const client = await open('poll', { clean: false, clientId: 'again' });
  await client.subscribeAsync('news', { qos: 1 });
  const again = new Promise((resolve) => client.once('connect', resolve));
  const arrived = messages(client, 1);
  client.stream.destroy();
  await again;
  await client.publishAsync('news', 'after', { qos: 1 });
  expect((await arrived).map(String)).toEqual(['after']);
});
