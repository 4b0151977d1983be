/** Dialling judged addresses in turn, against real listeners and silent ones. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkEnds, type DialLimits, dial, inTurn } from '../../../server/target/dial.ts';
import { closedPort, collect, listen, patient, silentPort, socketCount, until } from './fixtures.ts';

const within = (timeoutMs: number, signal = patient()): DialLimits => ({
  until: performance.now() + timeoutMs,
  signal,
});

const failsWith = (code: string) => expect.objectContaining({ code });

describe('dial', () => {
  it('connects, and leaves either side open when the other ends', async () => {
    const { port } = await listen(
      createServer({ allowHalfOpen: true }, (socket) => {
        socket.end('hello');
        socket.on('data', (chunk) => heard.push(chunk.toString()));
        socket.on('end', () => heard.push('end'));
      }),
    );
    const heard: string[] = [];
    const socket = await dial(['127.0.0.1'], port, within(5000));
    expect((await collect(socket)).toString()).toBe('hello');
    socket.write('still here');
    socket.end();
    await until(() => heard.includes('end'));
    expect(heard.join(' ')).toBe('still here end');
  });

  it('goes on to the next address when one refuses', async () => {
    const { port } = await listen(createServer());
    const socket = await dial(['127.0.0.2', '127.0.0.1'], port, within(5000));
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it('reports what the last address said', async () => {
    const port = await closedPort(createServer());
    const before = socketCount();
    await expect(dial(['255.255.255.255', '127.0.0.1'], port, within(5000))).rejects.toEqual(failsWith('REFUSED'));
    await expect(dial(['127.0.0.1', '255.255.255.255'], port, within(5000))).rejects.toEqual(failsWith('UNREACHABLE'));
    await until(() => socketCount() === before);
  });

  it('reaches an IPv6 literal in any spelling', async () => {
    const { port } = await listen(createServer(), '::1');
    const socket = await dial(['0:0:0:0:0:0:0:1'], port, within(5000));
    expect(socket.remoteAddress).toBe('::1');
    socket.destroy();
  });

  it('never takes a name for an address', async () => {
    const { port } = await listen(createServer());
    await expect(dial(['localhost'], port, within(5000))).rejects.toEqual(failsWith('INTERNAL'));
  });

  it('is UNREACHABLE without an address', async () => {
    await expect(dial([], 80, within(5000))).rejects.toEqual(failsWith('UNREACHABLE'));
  });

  it('gives a silent host up after the limit and leaves no socket', async () => {
    const port = await silentPort((to) => connect(to, '127.0.0.1'));
    const before = socketCount();
    await expect(dial(['127.0.0.1'], port, within(60))).rejects.toEqual(failsWith('TIMEOUT'));
    await until(() => socketCount() === before);
  });

  it('leaves time for the second address when the first is silent', async () => {
    const port = await silentPort((to) => connect(to, '127.0.0.1'));
    await expect(dial(['127.0.0.1', '127.0.0.2'], port, within(100))).rejects.toEqual(failsWith('REFUSED'));
  });

  it('rejects with the reason of an abort while it waits, and leaves no socket', async () => {
    const port = await silentPort((to) => connect(to, '127.0.0.1'));
    const before = socketCount();
    const abort = new AbortController();
    const dialled = dial(['127.0.0.1', '127.0.0.1'], port, within(60_000, abort.signal));
    setImmediate(() => abort.abort('enough'));
    await expect(dialled).rejects.toBe('enough');
    await until(() => socketCount() === before);
  });

  it('opens nothing when it is aborted beforehand', async () => {
    const { port, open } = await listen(createServer());
    await expect(dial(['127.0.0.1'], port, within(5000, AbortSignal.abort('no')))).rejects.toBe('no');
    expect(open.size).toBe(0);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 8, 12])('leaves no socket when it is aborted after %i turns', async (turns) => {
    const { port } = await listen(createServer((socket) => socket.resume()));
    const before = socketCount();
    const abort = new AbortController();
    const dialled = dial(['127.0.0.1'], port, within(5000, abort.signal)).catch((reason) => reason);
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => process.nextTick(resolve));
    if (turns > 6) await new Promise((resolve) => setImmediate(resolve));
    abort.abort('enough');
    const result = await dialled;
    if (result !== 'enough') result.destroy();
    await until(() => socketCount() === before);
  });

  it('is no longer touched by the signal or the limit once it is open', async () => {
    const { port } = await listen(createServer((socket) => socket.pipe(socket)));
    const abort = new AbortController();
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const socket = await dial(['127.0.0.1'], port, within(20, abort.signal));
    expect(timers()).toBe(before);
    abort.abort();
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.end('alive');
    expect((await collect(socket)).toString()).toBe('alive');
  });

  it('asks the system to probe silent connections', async () => {
    const { port } = await listen(createServer());
    const socket = await dial(['127.0.0.1'], port, within(5000));
    onTestFinished(() => void socket.destroy());
    const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
    const ends = `:${hex(socket.localPort ?? 0)} 0100007F:${hex(port)} 01 `;
    const row = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .find((line) => line.includes(ends));
    // Timer 2 is that of keepalive; nothing was sent that could have started another.
    expect(row).toMatch(/ 01 \S+ 02:/);
  });
});

describe('inTurn', () => {
  it('gives each address its share of the time that is left, and the last one all of it', async () => {
    const shares: number[] = [];
    const limits = within(60_000);
    const fails = async (_address: string, { until: share }: DialLimits): Promise<never> => {
      shares.push(limits.until - share);
      throw new Error('closed');
    };
    await expect(inTurn(['127.0.0.1', '127.0.0.2', '127.0.0.3'], limits, fails)).rejects.toEqual(
      failsWith('UNREACHABLE'),
    );
    expect(shares.map((left) => Math.max(Math.round(left / 10_000), 0))).toEqual([4, 3, 0]);
  });
});

describe('checkEnds', () => {
  it('refuses another address than the one that was judged', () => {
    const ends = { remoteAddress: '127.0.0.1', remotePort: 80, localAddress: '127.0.0.1', localPort: 5000 };
    expect(() => checkEnds(ends, '127.0.0.1')).not.toThrow();
    expect(() => checkEnds(ends, '127.0.0.2')).toThrow(failsWith('UNREACHABLE'));
    expect(() => checkEnds({ ...ends, remoteAddress: undefined }, '127.0.0.1')).toThrow(failsWith('UNREACHABLE'));
  });

  it('takes a zone and capital letters for the same address', () => {
    expect(() => checkEnds({ remoteAddress: 'fe80::1%eth0', remotePort: 1 }, 'FE80:0::1%eth0')).not.toThrow();
  });

  it('is REFUSED for a socket that has reached itself', async () => {
    const port = await closedPort(createServer());
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    expect(() => checkEnds(socket, '127.0.0.1')).toThrow(failsWith('REFUSED'));
  });
});
