/** A bridge that is stopped: what a client that polls is still given, and what a dial under way is told. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Running, startBridge } from '../../peers/bridge.ts';
import { HttpClient, newNonce, refusal } from '../../support/http-client.ts';
import { startTarget } from '../../support/targets.ts';

const things: { close?(): unknown; stop?(): unknown }[] = [];

afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await (thing.stop ?? thing.close)?.call(thing);
});

const closing = <T extends { close?(): unknown; stop?(): unknown }>(thing: T): T => {
  things.push(thing);
  return thing;
};

/** Sends SIGTERM, and asks until new sessions are refused. */
const terminate = async ({ program }: Running, http: HttpClient, to: string): Promise<void> => {
  process.kill(program.pid, 'SIGTERM');
  for (;;) {
    const answer = await http.ask('/connect', { to, nonce: newNonce(), mode: 'poll', hold: 0 });
    if (refusal(answer) === '503 DRAINING') return;
    await http.ask('/close', { key: answer.text.split(/\s/)[1] ?? '' });
  }
};

describe('a bridge that is stopped', () => {
  it('waits for a client between two polls, so that what its target said last is not lost', async () => {
    const target = closing(await startTarget());
    const running = closing(await startBridge({ targets: ['allow 127.0.0.1 *'], args: ['--drain', '20'] }));
    const http = closing(new HttpClient(running.url));
    const { key } = await http.open(target.to);
    const { socket } = await target.peer(0);
    await http.send(key, { at: 0, end: 0 });
    await terminate(running, http, target.to);
    socket.end('the last words');
    const held = await http.hold('/receive', { key, from: 0, mode: 'poll' });
    await held.rest();
    expect(held.bytes.toString()).toBe('the last words');
    expect(await running.program.exit).toEqual({ code: 0, signal: null });
  });

  it('ends at once where nothing is open', async () => {
    const running = closing(await startBridge({ targets: ['allow 127.0.0.1 *'], args: ['--drain', '600'] }));
    process.kill(running.program.pid, 'SIGINT');
    expect(await running.program.exit).toEqual({ code: 0, signal: null });
  });

  it('refuses tickets, sends and polls of nobody as ever while it waits', async () => {
    const target = closing(await startTarget());
    const running = closing(await startBridge({ targets: ['allow 127.0.0.1 *'], args: ['--drain', '20'] }));
    const http = closing(new HttpClient(running.url));
    const { key } = await http.open(target.to);
    await terminate(running, http, target.to);
    expect((await http.ask('/send', { key, at: 0 }, { payload: 'word' })).text).toMatch(/^OK 4 /);
    expect(refusal(await http.ask('/send', { key: newNonce() }))).toBe('410 GONE');
    expect((await http.ask('/ticket', { key })).text).toMatch(/^OK /);
    expect((await (await target.peer(0)).bytes(4)).toString()).toBe('word');
    await http.ask('/close', { key });
    expect(await running.program.exit).toEqual({ code: 0, signal: null });
  });
});
