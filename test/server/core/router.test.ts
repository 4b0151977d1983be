/** The router: policy, dial, session, nonces, draining, and what it tells the log. */
import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { NetwineError } from '../../../server/core/errors.ts';
import { type Opened, Router, type RouterOptions, type Stale } from '../../../server/core/router.ts';
import type { Client, Target } from '../../../server/core/target.ts';
import { memoryPair } from '../../support/memory-pair.ts';

const client: Client = { address: '192.0.2.1', origin: null, identity: null };
const target: Target = { kind: 'tcp', host: 'irc.example.net', port: 6667 };
const never = new AbortController().signal;

const routers: Router[] = [];
afterEach(() => {
  for (const router of routers.splice(0)) for (const session of router.sessions.all()) session.close('SHUTDOWN');
});

/** A router that dials in memory, with the names of its events. */
const setUp = (options: Partial<RouterOptions> = {}) => {
  const router = new Router({
    policy: { permit: async (_, target) => ({ target, addresses: ['192.0.2.9'], options: {}, rule: 'targets:1' }) },
    targets: { tcp: { framing: 'bytes', connect: async () => memoryPair().near } },
    windowBytes: 64,
    upWindowBytes: 64,
    keepMs: 20_000,
    nonceMs: 60_000,
    ...options,
  });
  routers.push(router);
  const events: string[] = [];
  router.on('open', ({ session, permit, transport }) =>
    events.push(`open ${session.state} ${permit.rule} ${transport}`),
  );
  router.on('refuse', ({ error }) => events.push(`refuse ${error.code}`));
  router.on('close', ({ code }) => events.push(`close ${code}`));
  return { router, events };
};

/** Targets whose dial waits until it is told how it ended. */
const heldDial = () => {
  let settle: { resolve: (target: Duplex) => void; reject: (error: unknown) => void } | null = null;
  let dials = 0;
  const connect = (): Promise<Duplex> => {
    dials += 1;
    return new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
  };
  const begun = async (): Promise<NonNullable<typeof settle>> => {
    while (!settle) await new Promise((resolve) => setImmediate(resolve));
    return settle;
  };
  return { targets: { tcp: { framing: 'bytes' as const, connect } }, begun, dials: () => dials };
};

const open = (
  router: Router,
  options: { nonce?: string; signal?: AbortSignal; keepMs?: number; client?: Client } = {},
) => router.open(options.client ?? client, target, { transport: 'stream', signal: never, ...options });

const opened = (outcome: Opened | Stale): Opened => {
  if ('moved' in outcome) throw new Error(`stale: ${outcome.moved}`);
  return outcome;
};

const failure = (code: string) => expect.objectContaining({ code });

test('opens a session, which is in the table and told to the log, and tells its end once', async () => {
  const { router, events } = setUp();
  const { session, newest } = opened(await open(router));
  expect([newest, router.sessions.find(session.key) === session]).toEqual([true, true]);
  session.close('RESET');
  session.close('RESET');
  expect(events).toEqual(['open open targets:1 stream', 'close RESET']);
});

const refuse = (code: 'DENIED_TARGET' | 'LIMIT') => (): never => {
  throw new NetwineError(code);
};

test.each<[string, Partial<RouterOptions>]>([
  ['DENIED_TARGET', { policy: { permit: async () => refuse('DENIED_TARGET')() } }],
  ['LIMIT', { admit: refuse('LIMIT') }],
  ['BAD_TARGET', { targets: {} }],
])('where the answer is %s nothing is dialled, no session is made, and the log is told', async (code, options) => {
  const { targets, dials } = heldDial();
  const { router, events } = setUp({ targets, ...options });
  await expect(open(router)).rejects.toThrow(failure(code));
  expect([dials(), router.sessions.size, events]).toEqual([0, 0, [`refuse ${code}`]]);
});

test('an error that is none of the table is told as INTERNAL and keeps its cause', async () => {
  const { targets, begun } = heldDial();
  const { router } = setUp({ targets });
  const opening = open(router);
  const cause = new Error('a bug');
  (await begun()).reject(cause);
  await expect(opening).rejects.toMatchObject({ code: 'INTERNAL', cause });
});

test('a target that is gone before the session begins is a failed dial', async () => {
  const { targets, begun } = heldDial();
  const { router, events } = setUp({ targets });
  const opening = open(router);
  const { near } = memoryPair();
  near.destroy();
  (await begun()).resolve(near);
  await expect(opening).rejects.toThrow(failure('RESET'));
  expect([router.sessions.size, events]).toEqual([0, ['refuse RESET']]);
});

test('a client that left during the dial leaves no session and no socket', async () => {
  const { targets, begun } = heldDial();
  const { router, events } = setUp({ targets });
  const controller = new AbortController();
  const opening = open(router, { signal: controller.signal });
  const { near } = memoryPair();
  const dial = await begun();
  controller.abort();
  dial.resolve(near);
  await expect(opening).rejects.toThrow(failure('ABANDONED'));
  expect([near.destroyed, router.sessions.size, events]).toEqual([true, 0, ['refuse ABANDONED']]);
});

test('a draining bridge opens nothing, and gives up what is being dialled', async () => {
  const { targets, begun } = heldDial();
  const { router } = setUp({ targets });
  const opening = open(router);
  const { near } = memoryPair();
  const dial = await begun();
  router.drain();
  dial.resolve(near);
  await expect(opening).rejects.toThrow(failure('DRAINING'));
  await expect(open(router)).rejects.toThrow(failure('DRAINING'));
  expect(near.destroyed).toBe(true);
});

test('repeats of a nonce share one dial, and the newest of them is told so', async () => {
  const { targets, begun, dials } = heldDial();
  const { router, events } = setUp({ targets });
  const repeats = [open(router, { nonce: 'n' }), open(router, { nonce: 'n' }), open(router, { nonce: 'n' })];
  (await begun()).resolve(memoryPair().near);
  const outcomes = (await Promise.all(repeats)).map(opened);
  expect(new Set(outcomes.map(({ session }) => session)).size).toBe(1);
  expect(outcomes.map(({ newest }) => newest)).toEqual([false, false, true]);
  expect([dials(), events]).toEqual([1, ['open open targets:1 stream']]);
});

test('a dial by nonce outlives the request that began it', async () => {
  const { targets, begun } = heldDial();
  const { router } = setUp({ targets });
  const controller = new AbortController();
  const first = open(router, { nonce: 'n', signal: controller.signal });
  const dial = await begun();
  controller.abort();
  dial.resolve(memoryPair().near);
  const { session } = opened(await first);
  expect(opened(await open(router, { nonce: 'n' })).session).toBe(session);
});

test('the answer of a failed dial is repeated to its nonce, and told to the log once', async () => {
  const { targets, begun, dials } = heldDial();
  const { router, events } = setUp({ targets });
  const first = open(router, { nonce: 'n' });
  (await begun()).reject(new NetwineError('REFUSED'));
  await expect(first).rejects.toThrow(failure('REFUSED'));
  await expect(open(router, { nonce: 'n' })).rejects.toThrow(failure('REFUSED'));
  expect([dials(), events]).toEqual([1, ['refuse REFUSED']]);
});

test('until its key is used a repeat gets the same session, and afterwards it is stale', async () => {
  const { router } = setUp();
  const { session } = opened(await open(router, { nonce: 'n' }));
  expect(opened(await open(router, { nonce: 'n' }))).toEqual({ session, newest: true });
  router.sessions.get(session.key);
  session.attach({ reader: 4 });
  expect(await open(router, { nonce: 'n' })).toEqual({ moved: 4 });
  expect(router.sessions.size).toBe(1);
});

test('a stale connect is never told 0, which would make its client repeat it for ever', async () => {
  const { router } = setUp();
  const { session } = opened(await open(router, { nonce: 'n' }));
  session.attach({ connect: true });
  router.sessions.get(session.key);
  expect(await open(router, { nonce: 'n' })).toEqual({ moved: 1 });
});

test('the nonce of a session that is forgotten is stale, before a sweep and after it', async () => {
  const { router } = setUp();
  const { session } = opened(await open(router, { nonce: 'n' }));
  session.close('RESET');
  router.sessions.forget(session);
  expect(await open(router, { nonce: 'n' })).toEqual({ moved: 1 });
  router.sweep(performance.now());
  expect(await open(router, { nonce: 'n' })).toEqual({ moved: 1 });
  router.sweep(performance.now() + 30_000);
  expect(opened(await open(router, { nonce: 'n' })).session).not.toBe(session);
});

test('a nonce with another target is refused', async () => {
  const { router } = setUp();
  await open(router, { nonce: 'n' });
  const other: Target = { kind: 'tcp', host: 'irc.example.net', port: 7000 };
  await expect(router.open(client, other, { transport: 'poll', nonce: 'n', signal: never })).rejects.toThrow(
    failure('BAD_REQUEST'),
  );
});

test('a nonce belongs to its origin and identity, not to an address', async () => {
  const { router } = setUp();
  const { session } = opened(await open(router, { nonce: 'n' }));
  const moved = await open(router, { nonce: 'n', client: { ...client, address: '192.0.2.2' } });
  const foreign = await open(router, { nonce: 'n', client: { ...client, origin: 'https://example.net' } });
  expect([opened(moved).session === session, opened(foreign).session === session]).toEqual([true, false]);
});

test('without a nonce every connect is a session of its own', async () => {
  const { router } = setUp();
  await open(router);
  await open(router);
  expect(router.sessions.size).toBe(2);
});

test('the keep time that a client asks for lies between ten seconds and an hour', async () => {
  const { router } = setUp();
  const keeps = [undefined, 1, 30_000, 1e9];
  const outcomes = await Promise.all(keeps.map((keepMs) => open(router, keepMs === undefined ? {} : { keepMs })));
  expect(outcomes.map((outcome) => opened(outcome).session.keepMs)).toEqual([20_000, 10_000, 30_000, 3_600_000]);
});

test('a sweep ends what is abandoned, tells the log, and forgets it later', async () => {
  const { router, events } = setUp();
  await open(router);
  const now = performance.now();
  for (let ms = 1000; ms <= 20_000; ms += 1000) router.sweep(now + ms);
  expect(events.at(-1)).toBe('close ABANDONED');
  for (let ms = 20_001; ms <= 50_001; ms += 1000) router.sweep(now + ms);
  expect(router.sessions.size).toBe(0);
});
