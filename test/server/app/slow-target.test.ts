/** Plain WebSockets whose target takes little at a time: neither its end, nor time, costs bytes. */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import fastifyWebsocket from '@fastify/websocket';
import { expect, it } from 'vitest';
import { netwine, websocketOptions } from '../../../server/index.ts';
import { seededBytes } from '../../support/targets.ts';
import { openWs } from '../../support/ws-client.ts';
import { memoryLog, openPolicy, ownApp, useStage } from './fixtures.ts';

const stage = useStage();

/** A target that says nothing by itself and takes each write after a while. */
class SlowTarget extends Duplex {
  readonly got: Buffer[] = [];
  readonly #takeMs: number;

  constructor(takeMs: number) {
    super({ highWaterMark: 1024 });
    this.#takeMs = takeMs;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.got.push(Buffer.from(chunk));
    this.emit('took');
    setTimeout(done, this.#takeMs);
  }
}

const start = async (target: Duplex, { keepMs, closeTimeout }: { keepMs: number; closeTimeout: number }) => {
  const { log, options } = memoryLog();
  const app = ownApp(options);
  // The library's types do not know this option of it yet.
  const short = { ...websocketOptions, closeTimeout } as typeof websocketOptions;
  await app.register(fastifyWebsocket, { options: short });
  await app.register(netwine, { policy: openPolicy, targets: { exec: async () => target }, keepMs });
  const http = await stage.listen(app);
  return { log, ws: stage.closing(await openWs(`${http.url}/connect?to=exec:slow`, [])) };
};

it('a message that a target takes a piece at a time arrives, though the whole of it takes longer than keep', async () => {
  const target = new SlowTarget(100);
  const { ws, log } = await start(target, { keepMs: 1000, closeTimeout: 10_000 });
  const bytes = seededBytes(71, 1024 * 1024);
  ws.send(bytes);
  ws.ws.close(1000);
  expect(await log.line('session ended')).toMatchObject({ up: bytes.length });
  expect(Buffer.concat(target.got).equals(bytes)).toBe(true);
});

it('what a client has sent arrives after the end of its target, though the close takes longer than a close may', async () => {
  const target = new SlowTarget(40);
  const { ws, log } = await start(target, { keepMs: 10_000, closeTimeout: 500 });
  const bytes = seededBytes(72, 1_200_000);
  for (let at = 0; at < bytes.length; at += 60_000) ws.send(bytes.subarray(at, at + 60_000));
  await once(target, 'took');
  target.push(null);
  expect((await ws.rest()).code).toBe(1000);
  expect(await log.line('session ended')).toMatchObject({ up: bytes.length, reason: 'CLOSED' });
  expect(Buffer.concat(target.got).equals(bytes)).toBe(true);
});

it('where a close runs out of time with bytes of the client unread, its target sees no clean end', async () => {
  const target = new SlowTarget(40);
  const { ws, log } = await start(target, { keepMs: 10_000, closeTimeout: 1000 });
  const ended = once(target, 'end');
  target.push(null);
  await ended;
  // It does not read, so it never answers.
  ws.ws.pause();
  for (let count = 0; count < 50; count += 1) ws.send(Buffer.alloc(60_000));
  expect(await log.line('session ended')).toMatchObject({ reason: 'RESET' });
  expect(target.writableFinished).toBe(false);
});

it('a client that only hangs up when its target has ended is heard to its last byte', async () => {
  const target = new SlowTarget(40);
  const { ws, log } = await start(target, { keepMs: 10_000, closeTimeout: 10_000 });
  const ended = once(target, 'end');
  target.push(null);
  await ended;
  ws.ws.pause();
  ws.send(Buffer.alloc(60_000));
  Reflect.get(ws.ws, '_socket').end();
  expect(await log.line('session ended')).toMatchObject({ reason: 'CLOSED', up: 60_000 });
});
