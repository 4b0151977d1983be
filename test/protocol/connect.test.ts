/** Chapter 3: opening a session, once however often it is asked for; its key; routes. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { encode, newNonce, refusal } from '../support/http-client.ts';
import { closedPort, echo, greeter, silentHost, startTarget, type Target } from '../support/targets.ts';

let routed: Target | null = null;
const suite = useBridge(async () => {
  routed = await suite.closing(greeter('hello'));
  return { routes: `/named ${routed.to}\n/denied tcp://127.0.0.2:80\n` };
});

describe('connect', () => {
  needs(['stream'], 'R-301 OK and the greeting come on one held answer before the client says anything', async () => {
    const target = await suite.closing(greeter('220 ready\r\n'));
    const held = await suite.http.hold('/connect', { to: target.to });
    expect(await held.rawKey()).toMatch(/^[A-Za-z0-9_.-]{22,}$/);
    expect((await held.atLeast(11)).toString()).toBe('220 ready\r\n');
    expect(held.over).toBe(null);
    held.leave();
  });

  needs([], 'R-302 INFO and AT 0 0 follow OK, and say what is in force', async () => {
    const target = await suite.closing(greeter('x'));
    const held = await suite.http.hold('/connect', { to: target.to, as: 'lines' });
    await held.until('DATA');
    expect(held.words).toEqual(['OK', 'INFO', 'AT']);
    expect(held.records[2]?.text).toBe('AT 0 0');
    const names = held.records[1]?.args.map((field) => field.split('=')[0]);
    expect(names).toEqual(['id', 'framing', 'window', 'up', 'rotate', 'keep', 'ping', 'hold']);
    held.leave();
  });

  needs([], 'R-303 refused, unknown, silent and denied are four answers without a key', async () => {
    const denied = await suite.closing(startTarget(() => {}, { host: '127.0.0.2' }));
    const silent = await suite.closing(silentHost());
    const asked = {
      [`tcp://127.0.0.1:${await closedPort()}`]: '502 REFUSED',
      'tcp://netwine-unknown.invalid:80': '502 UNKNOWN_HOST',
      [silent.to]: '504 TIMEOUT',
      [denied.to]: '403 DENIED_TARGET',
    };
    for (const [to, expected] of Object.entries(asked)) {
      const answer = await suite.http.ask('/connect', { to });
      expect(refusal(answer), to).toBe(expected);
      expect(answer.text, to).not.toMatch(/OK/);
    }
    expect(denied.peers).toHaveLength(0);
  });

  needs(['connection'], 'R-304 without a nonce each connect is a session, on a connection that closes', async () => {
    const target = await suite.closing(echo());
    const answers = await Promise.all([0, 1].map(() => suite.http.hold('/connect', { to: target.to, as: 'lines' })));
    const keys = await Promise.all(answers.map(async (held) => (await held.until('OK')).args[0]));
    expect(new Set(keys).size).toBe(2);
    expect(answers.map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
    await target.peer(1);
    for (const held of answers) held.leave();
  });

  needs(['own bridge', 'client leaving seen'], 'R-304 a client that leaves during its dial ends the dial', async () => {
    const silent = await suite.closing(silentHost());
    const socket = await suite.http.socket();
    const head = `POST /connect?to=${silent.to} HTTP/1.1\r\nHost: ${suite.http.host}\r\nNetwine: 1\r\n\r\n`;
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
    await suite.program.waitFor(new RegExp(`ABANDONED[^\n]*${silent.to}|${silent.to}[^\n]*ABANDONED`));
  });

  needs([], 'R-305 a nonce has 22 to 1024 url-safe characters', async () => {
    const target = await suite.closing(echo());
    for (const nonce of ['', 'x'.repeat(21), 'x'.repeat(1025), `${'x'.repeat(22)}!`, 'é'.repeat(22)]) {
      expect(refusal(await suite.http.ask('/connect', { to: target.to, nonce })), nonce).toBe('400 BAD_REQUEST');
    }
    for (const nonce of [newNonce().slice(0, 22), newNonce().repeat(5), `${'x'.repeat(22)}.~`])
      await suite.http.open(target.to, { nonce });
    expect(target.peers).toHaveLength(3);
  });

  needs(['stream'], 'R-306 repeats share one dial: all get the key, all but the newest MOVED 0', async () => {
    const target = await suite.closing(startTarget());
    const asked = { to: target.to, nonce: newNonce(), as: 'lines' };
    const answers = await Promise.all([0, 1, 2, 3].map(() => suite.http.hold('/connect', asked)));
    // Each has its answer, so each has attached; what the target says now goes to the newest.
    (await target.peer()).socket.write('x');
    const fates = answers.map(async (held) => {
      const key = (await held.until('OK')).args[0];
      await held.until('INFO');
      let record = await held.next();
      while (record && !['DATA', 'MOVED'].includes(record.word)) record = await held.next();
      return { key, fate: record?.text };
    });
    const seen = await Promise.all(fates);
    expect(seen.map(({ fate }) => fate).sort()).toEqual(['DATA eA==', 'MOVED 0', 'MOVED 0', 'MOVED 0']);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
    expect(target.peers).toHaveLength(1);
    for (const held of answers) held.leave();
  });

  needs(['stream'], 'R-306 a raw repeat that is not the newest gets MOVED 0 and no key', async () => {
    const target = await suite.closing(startTarget());
    const asked = { to: target.to, nonce: newNonce() };
    const answers = await Promise.all([0, 1, 2].map(() => suite.http.hold('/connect', asked)));
    (await target.peer()).socket.end('x');
    const seen = await Promise.all(
      answers.map(async (held) => {
        const end = await held.rest();
        return `${held.status} ${end} ${held.bytes.toString('latin1').replace(/^OK \S+\n/, 'OK ')}`;
      }),
    );
    // One that was the newest for a while has the key already, and is cut.
    expect(seen.filter((one) => one === '200 whole OK x')).toHaveLength(1);
    for (const one of seen) expect(['200 whole OK x', '200 cut OK ', '409 whole MOVED 0\n']).toContain(one);
    expect(target.peers).toHaveLength(1);
  });

  needs([], 'R-306 the dial outlives the request that began it', async () => {
    const target = await suite.closing(echo());
    const asked = { to: target.to, nonce: newNonce(), mode: 'poll', hold: 0 };
    const leaving = new AbortController();
    const first = suite.http.ask('/connect', asked, { signal: leaving.signal });
    await target.peer();
    leaving.abort();
    await first.catch(() => {});
    expect((await suite.http.ask('/connect', asked)).text).toMatch(/^OK /);
    expect(target.peers).toHaveLength(1);
  });

  needs([], 'R-307 a repeat before the key is used gets the same key and takes over as reader 0', async () => {
    const target = await suite.closing(greeter('hello'));
    const nonce = newNonce();
    const first = await suite.http.hold('/connect', { to: target.to, nonce, as: 'lines' });
    const key = (await first.until('OK')).args[0];
    await first.until('DATA');
    const { text } = await suite.http.ask('/connect', { to: target.to, nonce, mode: 'poll' });
    expect(text).toMatch(new RegExp(`^OK ${key}\nINFO [^\n]+\nAT 0 0\nDATA aGVsbG8=\nAGAIN\n$`));
    expect((await first.until('MOVED')).text).toBe('MOVED 0');
    expect(await first.rest()).toBe('whole');
    expect(target.peers).toHaveLength(1);
  });

  needs([], 'R-308 a repeat after the key is used is stale: MOVED, no key, the reader untouched', async () => {
    const target = await suite.closing(echo());
    const nonce = newNonce();
    const { key } = await suite.http.open(target.to, { nonce });
    await suite.http.send(key, { at: 0 }, 'x');
    for (const reader of [undefined, 7]) {
      if (reader) await suite.http.ask('/receive', { key, reader, mode: 'poll', hold: 0 });
      const lines = await suite.http.ask('/connect', { to: target.to, nonce, mode: 'poll' });
      expect([lines.status, lines.text]).toEqual([200, `MOVED ${reader ?? 1}\n`]);
      const raw = await suite.http.ask('/connect', { to: target.to, nonce });
      expect([raw.status, raw.text]).toEqual([409, `MOVED ${reader ?? 1}\n`]);
    }
    expect(target.peers).toHaveLength(1);
    expect(await suite.http.read(key, { count: 1 })).toEqual(Buffer.from('x'));
  });

  needs(
    ['own bridge'],
    'R-309 a failed answer is repeated to its nonce for the nonce time, and then dialled anew',
    async () => {
      const target = await startTarget();
      const asked = { to: target.to, nonce: newNonce(), mode: 'poll', hold: 0 };
      await target.close();
      expect(refusal(await suite.http.ask('/connect', asked))).toBe('502 REFUSED');
      const again = await suite.closing(startTarget(() => {}, { port: target.port }));
      expect(refusal(await suite.http.ask('/connect', asked))).toBe('502 REFUSED');
      expect(again.peers).toHaveLength(0);
      let answer = await suite.http.ask('/connect', asked);
      while (answer.status === 502) answer = await suite.http.ask('/connect', asked);
      expect(answer.text).toMatch(/^OK /);
    },
  );

  needs([], 'R-310 the same nonce with another target is refused', async () => {
    const [one, two] = await Promise.all([suite.closing(echo()), suite.closing(echo())]);
    const nonce = newNonce();
    await suite.http.open(one.to, { nonce });
    expect(refusal(await suite.http.ask('/connect', { to: two.to, nonce, mode: 'poll' }))).toBe('400 BAD_REQUEST');
    const spelled = one.to.replace('tcp://', '');
    expect((await suite.http.ask('/connect', { to: spelled, nonce, mode: 'poll', hold: 0 })).text).toMatch(/^OK /);
    expect(two.peers).toHaveLength(0);
  });

  needs([], 'R-311 keys are long, differ, and are never what the client proposes', async () => {
    const target = await suite.closing(echo());
    const keys = await Promise.all(
      Array.from({ length: 20 }, async () => (await suite.http.open(target.to, { key: 'A'.repeat(22) })).key),
    );
    expect(new Set(keys).size).toBe(20);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_.-]{22,}$/);
    expect(keys).not.toContain('A'.repeat(22));
  });

  needs([], 'R-312 keys that are unknown, closed or of another spelling get one and the same answer', async () => {
    const target = await suite.closing(echo());
    const [closed, live] = await Promise.all([suite.http.open(target.to), suite.http.open(target.to)]);
    await suite.http.ask('/close', { key: closed.key });
    const { key } = live;
    const wrong = [closed.key, 'A'.repeat(22), '', `${key} `, ` ${key}`, `${key}x`, key.slice(0, -1), '__proto__', '0'];
    wrong.push(encode({ key }), encodeURIComponent(`%${key}`), 'hasOwnProperty', '{"$ne":""}', '../', 'x'.repeat(3000));
    for (const path of ['/receive', '/send', '/exchange', '/ticket']) {
      const answers = await Promise.all(
        wrong.map(async (guess) => {
          const { status, headers, text } = await suite.http.ask(path, {}, { payload: encode({ key: guess }) });
          const { date, ...others } = headers;
          return JSON.stringify([status, others, text, typeof date]);
        }),
      );
      expect(new Set(answers).size, path).toBe(1);
      expect(answers[0], path).toMatch(/^\[410,.*NO GONE /);
    }
  });

  needs(['own bridge'], 'R-313 no key and no nonce stands in the log, while the public id does', async () => {
    const target = await suite.closing(echo());
    const nonce = newNonce();
    const { key, info } = await suite.http.open(target.to, { nonce });
    await suite.http.send(key, { at: 0 }, 'x');
    await suite.http.ask('/close', { key });
    expect(refusal(await suite.http.ask('/send', { key }))).toBe('410 GONE');
    await suite.program.waitFor(new RegExp(`${info.id}[^\n]*session ended`));
    expect(suite.program.output).not.toContain(key);
    expect(suite.program.output).not.toContain(nonce);
  });

  needs(['own bridge'], 'R-314 a route connects to its target, takes no other, and permits nothing', async () => {
    const { text } = await suite.http.ask('/named', { mode: 'poll', nonce: newNonce() });
    expect(text).toMatch(/\nDATA aGVsbG8=\nAGAIN\n$/);
    const key = /^OK (\S+)/.exec(text)?.[1] ?? '';
    expect((await suite.http.send(key, { at: 0 }, 'x')).upNext).toBe(1);
    expect(refusal(await suite.http.ask('/named', { to: routed?.to ?? '' }))).toBe('400 BAD_REQUEST');
    expect(refusal(await suite.http.ask('/denied'))).toBe('403 DENIED_TARGET');
  });
});
