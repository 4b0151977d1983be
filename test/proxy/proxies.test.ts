/** The client for programs through real proxies: bytes both ways, both ends, refusals and resets, by each way. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type Connection, type ConnectionError, connect, type Transport } from '../../client/node/index.ts';
import { useBridge } from '../support/bridge.ts';
import { freePort } from '../support/ports.ts';
import { echo, startTarget } from '../support/targets.ts';
import { kinds, untoldKinds } from './kinds.ts';
import { startProxy } from './proxy.ts';

const suite = useBridge({ times: { keep: 60, nonce: 60 } });
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Opens a connection that the suite destroys, and says why it has ended. */
const open = (via: string, to: string, transports: readonly Transport[]) => {
  const connection: Connection = connect(to, { via, transports });
  const closed = new Promise<string>((resolve) => {
    connection.on('error', () => {});
    connection.on('close', () => resolve((connection.errored as ConnectionError | null)?.message ?? 'none'));
  });
  suite.closing({ close: async () => void connection.destroy() });
  return { connection, closed };
};

const ways: Record<string, Transport[]> = {
  websocket: ['websocket'],
  stream: ['stream'],
  poll: ['poll'],
  'all ways': ['websocket', 'stream', 'poll'],
};

/** Proxies, each with the ways that pass it. */
const rows = [
  ...kinds.map((kind) => ({ kind, names: Object.keys(ways) })),
  ...untoldKinds.map((kind) => ({ kind, names: ['poll', 'all ways'] })),
];

describe.each(rows)('$kind.name', ({ kind, names }) => {
  const started = (): Promise<{ url: string }> => {
    proxy ??= suite.closing(startProxy(kind, Number(new URL(suite.url).port)));
    return proxy;
  };
  let proxy: ReturnType<typeof started> | null = null;

  describe.each(names)('by %s', (name) => {
    const allowed = ways[name] ?? [];

    test('a mebibyte each way is whole, and both ends come', async () => {
      const target = await suite.closing(echo());
      const bytes = randomBytes(1024 * 1024);
      const { connection, closed } = open((await started()).url, target.to, allowed);
      const back = buffer(connection);
      connection.end(bytes);
      expect(hash(await back)).toBe(hash(bytes));
      expect(await closed).toBe('none');
    });

    test('a target that ends is written to until the program ends, too', async () => {
      const target = await suite.closing(startTarget());
      const { connection, closed } = open((await started()).url, target.to, allowed);
      const peer = await target.peer();
      peer.socket.end('bye');
      expect((await buffer(connection)).toString()).toBe('bye');
      connection.end('not yet');
      expect((await peer.bytes(7)).toString()).toBe('not yet');
      expect(await peer.end).toBe('end');
      expect(await closed).toBe('none');
    });

    test('a reset and a refusal are told in the words of the bridge', async () => {
      const { url } = await started();
      const target = await suite.closing(startTarget());
      const { connection, closed } = open(url, target.to, allowed);
      await once(connection, 'open');
      const peer = await target.peer();
      peer.socket.resetAndDestroy();
      expect(await closed).toMatch(/^RESET: /);
      for (const refused of [`127.0.0.1:${await freePort()}`, '127.0.0.2:9', 'nonsense']) {
        const message = await open(suite.url, refused, allowed).closed;
        expect(message).toMatch(/^(?:REFUSED|DENIED_TARGET|BAD_TARGET): /);
        expect(await open(url, refused, allowed).closed).toBe(message);
      }
    });
  });
});

test('below a path of nginx a mebibyte each way is whole by each way', async () => {
  const [nginx] = kinds.filter(({ name }) => name === 'nginx');
  if (nginx === undefined) throw new Error('there is no nginx');
  const { url } = await suite.closing(startProxy(nginx, Number(new URL(suite.url).port)));
  const target = await suite.closing(echo());
  const bytes = randomBytes(1024 * 1024);
  for (const [name, allowed] of Object.entries(ways)) {
    const { connection, closed } = open(`${url}/bridge/`, target.to, allowed);
    const back = buffer(connection);
    connection.end(bytes);
    expect([name, hash(await back), await closed]).toEqual([name, hash(bytes), 'none']);
  }
});
