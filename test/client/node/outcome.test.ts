/** What a program is told of its writes and its end: that they went well only where the bridge has all of it. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agent, type Dispatcher } from 'undici';
import { describe, expect, test } from 'vitest';
import { type Connection, connect, type Transport } from '../../../client/node/index.ts';
import { useBridge } from '../../support/bridge.ts';
import { freePort } from '../../support/ports.ts';
import { halfCloser, stalled, startTarget } from '../../support/targets.ts';

/** Streams are held for half of it. */
const suite = useBridge({ times: { keep: 60 } });
/** A reader that is between two answers when it is closed finds no session any more. */
const CLOSED = expect.stringMatching(/^(CLOSED|GONE)$/);
const MOST = 32 * 1024 * 1024;

const open = (to: string, transports: readonly Transport[], dispatcher?: Dispatcher) => {
  const connection = connect(to, { via: suite.url, transports, ...(dispatcher ? { dispatcher } : {}) });
  const events: string[] = [];
  for (const name of ['finish', 'close']) connection.on(name, () => events.push(name));
  connection.on('error', ({ code }: NodeJS.ErrnoException) => events.push(`${code}`));
  const closed = new Promise((resolve) => connection.once('close', resolve));
  suite.closing({ close: () => connection.destroy() });
  return { connection, events, closed };
};

/** Writes, or ends with, so much. @returns the code of what the callback gets, or `well` */
const told = (act: 'write' | 'end', connection: Connection, length: number): Promise<string> =>
  new Promise((resolve) => {
    connection[act](Buffer.alloc(length), (error?: Error | null) =>
      resolve(error ? String((error as NodeJS.ErrnoException).code) : 'well'),
    );
  });

/** A connection whose key can be heard once a request shows it; what `loses` names never leaves. */
const overheard = async (to: string, transports: readonly Transport[], loses = '/none') => {
  const agent = await suite.closing(new Agent());
  let hear = (_key: string): void => {};
  const key = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const dispatcher = agent.compose(
    (dispatch): Dispatcher.Dispatch =>
      (options, handler) => {
        const [, shown] = /(?:^|&)key=([^&]+)/.exec(String(options.body)) ?? [];
        if (shown) hear(shown);
        return options.path === loses || dispatch(options, handler);
      },
  );
  return { ...open(to, transports, dispatcher), key: () => key };
};

const ways: [string, readonly Transport[]][] = [
  ['websocket', ['websocket']],
  ['stream', ['stream']],
  ['poll', ['poll']],
];

describe.each(ways)('by %s', (_, transports) => {
  test.each([
    ['a denied target', async () => '127.0.0.2:1', 'DENIED_TARGET'],
    ['a closed port', async () => `127.0.0.1:${await freePort()}`, 'REFUSED'],
  ])('nothing goes well to %s', async (_which, makeTo, code) => {
    const to = await makeTo();
    const piped = open(to, transports);
    await expect(pipeline(Readable.from([Buffer.from('hello')]), piped.connection)).rejects.toMatchObject({ code });
    const ended = open(to, transports);
    expect(await told('end', ended.connection, 5)).toBe(code);
    const written = open(to, transports);
    // More than is taken before the bridge has it, so that the second one is not even begun.
    const both = [told('write', written.connection, 100_000), told('write', written.connection, 5)];
    expect(await Promise.all(both)).toEqual([code, code]);
    await Promise.all([piped.closed, ended.closed, written.closed]);
    for (const { events } of [piped, ended, written]) expect(events).toEqual([code, 'close']);
  });

  test('a target that takes all is told as such', async () => {
    const target = await suite.closing(startTarget(({ socket }) => void socket.once('end', () => socket.end())));
    const { connection, events, closed } = open(target.to, transports);
    expect(await told('write', connection, 100_000)).toBe('well');
    connection.resume();
    expect(await told('end', connection, 100_000)).toBe('well');
    await closed;
    expect(events).toEqual(['finish', 'close']);
    expect((await target.peer()).length).toBe(200_000);
  });

  test('a target that resets while it takes no more is a failure of what waits', async () => {
    const target = await suite.closing(stalled());
    const { connection, events, closed } = open(target.to, transports);
    const piped = pipeline(Readable.from([Buffer.alloc(MOST)]), connection).catch(({ code }) => code);
    while (connection.status.taken === 0) await once(connection, 'change');
    (await target.peer()).socket.resetAndDestroy();
    expect(await piped).toBe('RESET');
    await closed;
    expect(events).toEqual(['RESET', 'close']);
  });

  test('a program that destroys it while bytes wait has not written them', async () => {
    const target = await suite.closing(stalled());
    const { connection, events, closed } = open(target.to, transports);
    const write = told('write', connection, MOST);
    const end = told('end', connection, 1);
    await target.peer();
    connection.destroy();
    expect(await write).toBe('LEFT');
    expect(await end).not.toBe('well');
    await closed;
    expect(events).toEqual(['close']);
  });
});

describe.each<[string, readonly Transport[]]>([
  // Only a request shows the key here.
  ['websocket', ['websocket', 'poll']],
  ['stream', ['stream']],
  ['poll', ['poll']],
])('another holder of the key closes it by %s', (way, transports) => {
  test('while bytes wait', async () => {
    const target = await suite.closing(stalled());
    const { connection, events, closed, key } = await overheard(target.to, transports);
    while (connection.status.receiver !== way) await once(connection, 'change');
    connection.resume();
    const end = told('end', connection, MOST);
    while (connection.status.taken === 0) await once(connection, 'change');
    await suite.http.ask('/close', { key: await key() });
    const code = await end;
    expect(code).toMatch(/^(GONE|RESET)$/);
    await closed;
    expect(events).toEqual([code, 'close']);
  });

  test('once the target has ended, and the program has not', async () => {
    const target = await suite.closing(halfCloser('bye'));
    const { connection, events, closed, key } = await overheard(target.to, transports);
    await once(connection.resume(), 'end');
    connection.write('x');
    await suite.http.ask('/close', { key: await key(), end: 1 });
    await closed;
    expect(events).toEqual([CLOSED, 'close']);
  });

  test('before the target has ended', async () => {
    const target = await suite.closing(startTarget(({ socket }) => void socket.once('end', () => socket.end())));
    const { connection, events, closed, key } = await overheard(target.to, transports);
    connection.resume().write('x');
    await suite.http.ask('/close', { key: await key(), end: 1 });
    await closed;
    expect(events).toEqual([CLOSED, 'close']);
  });
});

test('an end at less than was written is none', async () => {
  const target = await suite.closing(halfCloser('bye'));
  const { connection, events, closed, key } = await overheard(target.to, ['stream'], '/send');
  await once(connection.resume(), 'end');
  const end = told('end', connection, 5);
  await suite.http.ask('/close', { key: await key(), end: 0 });
  expect(await end).toBe('CLOSED');
  await closed;
  expect(events).toEqual(['CLOSED', 'close']);
});
