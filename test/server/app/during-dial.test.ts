/** What comes while a target is dialled: early bytes and repeats, during a dial that waits until the test lets it through. */
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { netwine } from '../../../server/index.ts';
import { early, maskedFrame } from '../../support/early-bytes.ts';
import { newNonce } from '../../support/http-client.ts';
import { openWs } from '../../support/ws-client.ts';
import { openPolicy, ownApp, useStage } from './fixtures.ts';

const stage = useStage();

const start = async () => {
  const target = new PassThrough();
  const gate = new EventEmitter();
  let dials = 0;
  const exec = async () => {
    dials += 1;
    const opened = once(gate, 'open');
    gate.emit('dialling');
    await opened;
    return target;
  };
  const app = ownApp();
  await app.register(netwine, { policy: openPolicy, targets: { exec } });
  let asked = 0;
  app.addHook('onRequest', async () => {
    asked += 1;
    gate.emit('asked');
  });
  /** Waits until so many requests have come. */
  const requests = async (count: number): Promise<void> => {
    while (asked < count) await once(gate, 'asked');
  };
  const http = await stage.listen(app);
  return {
    http,
    target,
    requests,
    open: () => gate.emit('open'),
    dialling: once(gate, 'dialling'),
    dials: () => dials,
  };
};

it('bytes of netwine.1 during the dial are refused, and a repeat of the nonce gets a session without them', async () => {
  const { http, target, open, dialling, dials } = await start();
  const first = `to=exec:x&nonce=${newNonce()}`;
  const { options } = early(maskedFrame(first), maskedFrame(Buffer.from('abc')));
  const refused = stage.closing(await openWs(`${http.url}/connect`, 'netwine.1', options));
  expect(await refused.until('NO')).toMatch(/^NO BAD_REQUEST wait for OK/);
  expect(await refused.closed).toMatchObject({ code: 4400 });
  expect(refused.texts).toHaveLength(1);
  await dialling;
  const again = stage.closing(await openWs(`${http.url}/connect`));
  again.send(first);
  open();
  expect(await again.until('OK')).toMatch(/ 0 0 \d+$/);
  again.send(Buffer.from('abc'));
  again.send('END');
  expect((await again.atLeast(3)).toString()).toBe('abc');
  await again.until('END');
  expect(again.bytes.toString()).toBe('abc');
  expect([dials(), target.readableEnded]).toEqual([1, true]);
});

it('what a plain client says with its upgrade, during the dial and after it comes in this order, each once', async () => {
  const { http, open, dialling } = await start();
  const two = maskedFrame('two ');
  const client = early(maskedFrame('one '), two.subarray(0, 7));
  const opening = openWs(`${http.url}/connect?to=exec:x`, [], client.options);
  await dialling;
  client.write(Buffer.concat([two.subarray(7), maskedFrame('three ')]));
  // Another connection's round trip, so that the bridge has had its turn with these bytes.
  await http.ask('/close', { key: 'none' });
  open();
  const ws = stage.closing(await opening);
  ws.send('four');
  expect((await ws.atLeast(18)).toString()).toBe('one two three four');
});

it.each([
  ['lines', 200, /^OK \S+\nINFO [^\n]+\nMOVED 0\n$/],
  ['raw', 409, /^MOVED 0\n$/],
])('repeats of a connect as %s share the dial, and all but the newest are told MOVED 0', async (as, status, moved) => {
  const { http, target, open, requests, dials } = await start();
  const asked = { to: 'exec:x', nonce: newNonce(), as };
  const older = [];
  for (const count of [1, 2, 3]) {
    older.push(http.ask('/connect', asked));
    await requests(count);
  }
  const newest = http.hold('/connect', asked);
  await requests(4);
  // A round trip of another request: by then this one waits for the dial too.
  await http.ask('/close', { key: 'none' });
  open();
  for (const answer of await Promise.all(older))
    expect(answer).toMatchObject({ status, text: expect.stringMatching(moved) });
  const held = await newest;
  target.write('x');
  if (as === 'raw') expect(await held.rawKey()).toMatch(/./);
  expect((await held.atLeast(1)).toString()).toBe('x');
  expect(dials()).toBe(1);
});
