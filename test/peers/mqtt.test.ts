/** An unmodified MQTT.js against mosquitto, over WebSocket through the bridge: the broker itself speaks plain TCP. */
import { createHash } from 'node:crypto';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type PeerServer, startMosquitto } from '../support/peer-servers.ts';
import { type Running, startBridge } from './bridge.ts';

const MESSAGES = 200;

let broker: PeerServer;
let bridge: Running;

beforeAll(async () => {
  broker = await startMosquitto();
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${broker.port}`],
    routes: [`/mqtt tcp://127.0.0.1:${broker.port}`],
  });
});

afterAll(async () => {
  await bridge.stop();
  await broker.stop();
});

const places = {
  'a route': () => '/mqtt',
  'a free target': () => `/connect?to=127.0.0.1:${broker.port}`,
};

/** How MQTT.js opens its socket: by itself it offers `mqtt`. */
const offers: Record<string, Pick<IClientOptions, 'createWebsocket'>> = {
  'the subprotocol mqtt': {},
  'no subprotocol': { createWebsocket: (url) => new WebSocket(url) },
};

const open = async (place: string, options: IClientOptions): Promise<MqttClient> => {
  const client = await connectAsync(`${bridge.wsUrl}${place}`, { reconnectPeriod: 20, ...options });
  onTestFinished(async () => void (await client.endAsync(true)));
  return client;
};

/** Binary, of many lengths, each different from all others. */
const payload = (index: number): Buffer => {
  const digest = createHash('sha512').update(String(index)).digest();
  return Buffer.concat(Array.from({ length: 1 + (index % 30) }, () => digest)).subarray(index % 64);
};

/** Waits for `count` messages, each counted once: QoS 1 may repeat what was on its way when a connection broke. */
const received = (client: MqttClient, count: number): Promise<Buffer[]> =>
  new Promise((resolve) => {
    const messages: Buffer[] = [];
    client.on('message', (_topic, message) => {
      if (!messages.some((one) => one.equals(message))) messages.push(message);
      if (messages.length === count) resolve(messages);
    });
  });

const publish = async (client: MqttClient, topic: string, payloads: readonly Buffer[]): Promise<void> =>
  void (await Promise.all(payloads.map((message) => client.publishAsync(topic, message, { qos: 1 }))));

const all = Array.from({ length: MESSAGES }, (_, index) => payload(index));
const cases = Object.entries(places).flatMap(([by, place]) =>
  Object.entries(offers).map(([offer, options]) => ({ by, place, offer, options })),
);

describe.each(cases)('MQTT.js by $by, with $offer', ({ by, offer, place, options }) => {
  const topic = `${by}/${offer}`;

  it('publishes and receives 200 messages of QoS 1 both ways', async () => {
    const [left, right] = await Promise.all([open(place(), options), open(place(), options)]);
    await Promise.all([
      left.subscribeAsync(`${topic}/left`, { qos: 1 }),
      right.subscribeAsync(`${topic}/right`, { qos: 1 }),
    ]);
    const arrived = [received(left, MESSAGES), received(right, MESSAGES)];
    await Promise.all([publish(left, `${topic}/right`, all), publish(right, `${topic}/left`, all.toReversed())]);
    expect(await arrived[0]).toEqual(all.toReversed());
    expect(await arrived[1]).toEqual(all);
  });

  it('reconnects when its connection breaks, and misses nothing', async () => {
    const lasting = { ...options, clean: false, clientId: topic };
    const [listener, speaker] = await Promise.all([open(place(), lasting), open(place(), options)]);
    await listener.subscribeAsync(`${topic}/news`, { qos: 1 });
    const arrived = received(listener, 60);
    await publish(speaker, `${topic}/news`, all.slice(0, 20));
    const again = new Promise((resolve) => listener.once('connect', resolve));
    listener.stream.destroy();
    await publish(speaker, `${topic}/news`, all.slice(20, 40));
    await again;
    await publish(speaker, `${topic}/news`, all.slice(40, 60));
    expect(await arrived).toEqual(all.slice(0, 60));
  });
});
