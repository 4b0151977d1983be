/** Closing an application ends its bridge: every transport is told, and nothing stays behind. */
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { netwine } from '../../../server/index.ts';
import { type HttpClient, newNonce, refusal } from '../../support/http-client.ts';
import { startTarget, type Target } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { openPolicy, ownApp, useStage } from './fixtures.ts';

const stage = useStage();

/** Ports, connections and timers of this process that keep it alive. */
const handles = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCP|Timeout|UDP|Pipe(?:Connect|Server))/.test(name))
    .sort();

const start = async (): Promise<{ app: FastifyInstance; http: HttpClient; target: Target }> => {
  const target = stage.closing(await startTarget(({ socket }) => void socket.write('hello')));
  const app = ownApp();
  await app.register(netwine, { policy: openPolicy });
  return { app, http: await stage.listen(app), target };
};

describe('an application that is closed', () => {
  it('tells the held answers and the WebSockets that the bridge has stopped, and resets the targets', async () => {
    const { app, http, target } = await start();
    const lines = await http.hold('/connect', { to: target.to, as: 'lines', nonce: newNonce() });
    const poll = await http.open(target.to);
    const held = http.hold('/receive', { key: poll.key, from: 0, mode: 'poll', hold: 60 });
    const raw = await http.hold('/connect', { to: target.to });
    const plain = stage.closing(await openWs(`${http.url}/connect?to=${target.to}`, []));
    const ours = stage.closing(await openWs(`${http.url}/connect`));
    ours.send(`to=${target.to}`);
    await Promise.all([lines.atLeast(5), raw.rawKey(), plain.atLeast(5), ours.atLeast(5)]);
    await (await held).rest();

    const closed = app.close();
    expect((await lines.until('ERR')).text).toMatch(/^ERR SHUTDOWN 5 0 /);
    expect(await lines.rest()).toBe('whole');
    expect(await raw.rest()).toBe('cut');
    expect((await plain.rest()).code).toBe(4503);
    expect(await ours.until('ERR')).toMatch(/^ERR SHUTDOWN 5 0 /);
    expect((await ours.rest()).code).toBe(4503);
    await closed;
    expect(target.peers).toHaveLength(5);
    expect(await Promise.all(target.peers.map(({ end }) => end))).toEqual(Array(5).fill('reset'));
  });

  it('leaves no port, connection or timer behind', async () => {
    const before = handles();
    const { app, http, target } = await start();
    await http.open(target.to, { nonce: newNonce() });
    const held = await http.hold('/connect', { to: target.to, as: 'frames', nonce: newNonce() });
    await held.atLeast(5);
    const ws = await openWs(`${http.url}/connect`);
    ws.send(`to=${target.to}`);
    await ws.atLeast(5);
    const silent = await openWs(`${http.url}/connect`);
    expect(handles().length).toBeGreaterThan(before.length);
    await app.close();
    await Promise.all([ws.closed, silent.closed]);
    await http.close();
    await target.close();
    // What the tests before this one left may go meanwhile.
    const left = handles();
    for (const name of new Set(left)) {
      const count = (names: string[]): number => names.filter((each) => each === name).length;
      expect(count(left), name).toBeLessThanOrEqual(count(before));
    }
  });

  it('that never listened can be closed, too', async () => {
    const app = ownApp();
    await app.register(netwine, { policy: openPolicy });
    await app.ready();
    await app.close();
  });

  it('ends a dial that is under way', async () => {
    const app = ownApp();
    let signalled: AbortSignal | null = null;
    const asked = new Promise<void>((resolve) => {
      void app.register(netwine, {
        policy: openPolicy,
        targets: {
          exec: (_permit, signal) => {
            signalled = signal;
            resolve();
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          },
        },
      });
    });
    const http = await stage.listen(app);
    const answer = http.ask('/connect', { to: 'exec:never', nonce: newNonce() });
    await asked;
    await app.close();
    expect(refusal(await answer)).toBe('503 DRAINING');
    expect(signalled).toMatchObject({ aborted: true });
  });
});
