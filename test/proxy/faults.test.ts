/** Real proxies that are killed, or whose bridge is cut off: a session goes on, and ends with nothing but its own end. */
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type Connection, type ConnectionError, connect, type Transport, transports } from '../../client/node/index.ts';
import { useBridge } from '../support/bridge.ts';
import { curl } from '../support/curl.ts';
import { type Cutter, type Plan, startCutter } from '../support/cutter.ts';
import { echo, seededBytes, source, startTarget } from '../support/targets.ts';
import { type Kind, kinds } from './kinds.ts';
import { type RunningProxy, startProxy } from './proxy.ts';

const suite = useBridge({ times: { keep: 60, nonce: 60 } });
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const KIB = 1024;
/** What is written in each direction between two kills. */
const PART = 128 * KIB;
const PARTS = 4;

const bridgeAt = (): { host: string; port: number } => ({ host: '127.0.0.1', port: Number(new URL(suite.url).port) });

/** Opens a connection that the suite destroys, and says why it has ended. */
const open = (...[to, options]: Parameters<typeof connect>): { connection: Connection; closed: Promise<string> } => {
  const connection = connect(to, options);
  const closed = new Promise<string>((resolve) => {
    connection.on('error', () => {});
    connection.on('close', () => resolve((connection.errored as ConnectionError | null)?.message ?? 'none'));
  });
  suite.closing({ close: async () => void connection.destroy() });
  return { connection, closed };
};

/** With a proxy for as long as it runs, and what is done to the connections between the proxy and the bridge. */
const within = async (
  kind: Kind,
  plan: Plan,
  run: (proxy: RunningProxy, cutter: Cutter) => Promise<void>,
): Promise<void> => {
  const cutter = await startCutter({ target: bridgeAt(), plan });
  const proxy = await startProxy(kind, cutter.port);
  try {
    await run(proxy, cutter);
    expect(proxy.exits).toBe(0);
  } finally {
    await proxy.close();
    await cutter.close();
  }
};

const struckOnes = ({ connections }: Cutter): Cutter['connections'] => connections.filter(({ struck }) => struck);

/** A session that is fed a part at a time, both ways, and what must have become of it. */
const startParts = async (via: string, way: Transport) => {
  const [down, up] = [seededBytes(1, 512 * KIB), seededBytes(2, 512 * KIB)];
  const target = await suite.closing(startTarget());
  const { connection, closed } = open(target.to, { via, transports: [way] });
  const all = buffer(connection);
  const peer = await target.peer();
  return {
    /** @returns once the first of it has come to the target */
    async feed(part: number): Promise<void> {
      const [from, to] = [part * PART, (part + 1) * PART];
      peer.socket.write(down.subarray(from, to));
      connection.write(up.subarray(from, to));
      await peer.bytes(from + 1);
    },
    async finish(): Promise<void> {
      peer.socket.end();
      connection.end();
      expect([way, hash(await all), await closed]).toEqual([way, hash(down), 'none']);
      expect([way, hash(peer.received), target.peers.length]).toEqual([way, hash(up), 1]);
    },
  };
};

describe.each(kinds)('$name', (kind) => {
  test.each(['fin', 'rst'] as const)('a stream whose bridge is cut off by %s in the middle goes on', async (by) => {
    await within(
      kind,
      () => ({ cut: { side: 'down', after: 100 * KIB, by } }),
      async (proxy, cutter) => {
        const bytes = randomBytes(1024 * KIB);
        const target = await suite.closing(source(bytes));
        const { connection, closed } = open(target.to, { via: proxy.url, transports: ['stream'] });
        const all = buffer(connection);
        connection.end();
        expect(hash(await all)).toBe(hash(bytes));
        expect(await closed).toBe('none');
        expect(struckOnes(cutter).length).toBeGreaterThan(5);
      },
    );
  });

  test('pages of failures in the place of answers do not end a session', async () => {
    // Every second connection is refused to the proxy, which says so in a page of its own.
    const plan: Plan = (index) => ({ cut: { side: 'up', after: index % 2 === 1 ? 0 : 100 * KIB, by: 'rst' } });
    await within(kind, plan, async (proxy, cutter) => {
      const target = await suite.closing(echo());
      const bytes = randomBytes(256 * KIB);
      const { connection, closed } = open(target.to, { via: proxy.url, transports: ['stream', 'poll'] });
      const back = buffer(connection);
      connection.end(bytes);
      expect(hash(await back)).toBe(hash(bytes));
      expect(await closed).toBe('none');
      expect(struckOnes(cutter).some(({ passed }) => passed.up === 0)).toBe(true);
    });
  });

  test('it is killed and started again, and the sessions by each way are whole', async () => {
    await within(
      kind,
      () => ({}),
      async (proxy) => {
        const sessions = await Promise.all(transports.map((way) => startParts(proxy.url, way)));
        for (let part = 0; part < PARTS; part += 1) {
          await Promise.all(sessions.map(({ feed }) => feed(part)));
          if (part === PARTS - 1) break;
          await proxy.kill();
          await proxy.restart();
        }
        await Promise.all(sessions.map(({ finish }) => finish()));
      },
    );
  });
});

test('Caddy ends an answer properly that was cut, and the records of the next one tell', async () => {
  const [caddy] = kinds.filter(({ name }) => name === 'Caddy');
  if (caddy === undefined) throw new Error('there is no Caddy');
  const plan: Plan = (index) => (index === 0 ? { cut: { side: 'down', after: 50 * KIB, by: 'rst' } } : {});
  const target = await suite.closing(startTarget(({ socket }) => void socket.write(Buffer.alloc(100 * KIB, 'x'))));
  await within(caddy, plan, async ({ url }) => {
    const cut = await curl(['--data', '', `${url}/connect?to=${target.to}&from=0`]);
    const text = cut.body.toString();
    expect([cut.exit, text.length < 100 * KIB]).toEqual([0, true]);
    const [head = '', key = ''] = /^OK (\S+)\n/.exec(text) ?? [];
    const from = text.length - head.length;
    const next = await curl(['--data', '', `${url}/receive?key=${key}&from=${from}&mode=poll`]);
    expect(next.body.toString()).toMatch(/^AT \d+ 1\n(?:DATA \S+\n)+AGAIN\n$/);
  });
});
