/** Chapter 2: where parameters stand, how they are spelled, and what is not understood. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { encode, refusal } from '../support/http-client.ts';
import { echo } from '../support/targets.ts';

const suite = useBridge();
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

/** A session of an echo, and a way to see what the target got. */
const open = async () => {
  const target = await suite.closing(echo());
  const { key } = await suite.http.open(target.to);
  const peer = await target.peer();
  return { key, peer, ask: (payload: Uint8Array | string) => suite.http.ask('/send', {}, { payload }) };
};

const percent = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

describe('parameters', () => {
  needs([], 'R-201 with a parameter in the query the whole body is payload', async () => {
    const { key, peer } = await open();
    const payload = 'key=none&at=7&end=9\nrest';
    await suite.http.send(key, { at: 0 }, payload);
    expect((await peer.bytes(payload.length)).toString()).toBe(payload);
  });

  needs(
    [],
    'R-202 the first line of a body has the parameters, and the rest is payload, LF and CR included',
    async () => {
      const { key, peer, ask } = await open();
      await ask(Buffer.concat([Buffer.from(`key=${key}&at=0\n`), allBytes]));
      await ask(`key=${key}&at=256\r\n\r\n\n`);
      expect(await peer.bytes(259)).toEqual(Buffer.concat([allBytes, Buffer.from('\r\n\n')]));
      const poll = await ask(`key=${key}&ack=0`);
      expect(poll.text).toMatch(/^OK 259 /);
    },
  );

  needs([], 'R-202 any payload arrives as it is, in query, line or form', async () => {
    const { key, peer } = await open();
    let at = 0;
    const sent: Uint8Array[] = [];
    const payload = fc.uint8Array({ minLength: 1, maxLength: 600 });
    await fc.assert(
      fc.asyncProperty(payload, fc.constantFrom('query', 'lf', 'crlf', 'form'), async (bytes, place) => {
        const parameters = encode({ key, at });
        const bodies = {
          query: bytes,
          lf: Buffer.concat([Buffer.from(`${parameters}\n`), bytes]),
          crlf: Buffer.concat([Buffer.from(`${parameters}\r\n`), bytes]),
          form: `data=${percent(bytes)}&${parameters}`,
        };
        const { text } = await suite.http.ask('/send', place === 'query' ? { key, at } : {}, {
          payload: bodies[place],
        });
        at += bytes.length;
        sent.push(bytes);
        expect(text).toMatch(new RegExp(`^OK ${at} `));
      }),
      { numRuns: 60 },
    );
    expect((await peer.bytes(at)).equals(Buffer.concat(sent))).toBe(true);
  });

  needs([], 'R-203 the first line is at most 4096 bytes', async () => {
    const { key, peer, ask } = await open();
    const line = `key=${key}&at=0&x=`;
    const full = line.padEnd(4096, 'x');
    expect(refusal(await ask(`${full}x\nlost`))).toBe('400 BAD_REQUEST');
    expect(refusal(await ask(`${full}x`))).toBe('400 BAD_REQUEST');
    expect((await ask(`${full}\nkept`)).text).toMatch(/^OK 4 /);
    expect((await peer.bytes(4)).toString()).toBe('kept');
  });

  needs([], 'R-204 a form carries its payload in data, and in no other place', async () => {
    const { key, peer, ask } = await open();
    expect((await ask(`at=0&data=a+b%00%ff&key=${key}`)).text).toMatch(/^OK 5 /);
    expect(await peer.bytes(5)).toEqual(Buffer.from([0x61, 0x20, 0x62, 0, 0xff]));
    expect(refusal(await ask(`key=${key}&at=5&data=x&data=y`))).toBe('400 BAD_REQUEST');
    expect(refusal(await ask(`key=${key}&at=5&data=x\ny`))).toBe('400 BAD_REQUEST');
    expect((await ask(`key=${key}&at=5&data=!`)).text).toMatch(/^OK 6 /);
    expect((await peer.bytes(6)).subarray(5).toString()).toBe('!');
  });

  needs([], 'R-205 any Content-Type will do but multipart, and no Content-Encoding', async () => {
    const { key, peer } = await open();
    const types = ['text/plain', 'application/json;', 'garbage', 'application/x-www-form-urlencoded', '', ';;;'];
    for (const [at, type] of types.entries()) {
      const sent = { payload: String(at), headers: { 'content-type': type } };
      expect((await suite.http.ask('/send', { key, at }, sent)).text, type).toMatch(new RegExp(`^OK ${at + 1} `));
    }
    for (const headers of [{ 'content-type': 'multipart/form-data; boundary=x' }, { 'content-encoding': 'gzip' }]) {
      const answer = await suite.http.ask('/send', { key, at: types.length }, { payload: 'x', headers });
      expect(refusal(answer)).toBe('415 UNSUPPORTED');
    }
    expect((await suite.http.send(key, { at: types.length }, '!')).upNext).toBe(types.length + 1);
    expect((await peer.bytes(types.length + 1)).toString()).toBe('012345!');
  });

  needs([], 'R-206 a name twice is refused, a name that the verb does not know is ignored', async () => {
    const { key, ask } = await open();
    const { http } = suite;
    expect((await ask(`key=${key}&at=0&__proto__=1&constructor=2&from=x&mode=3\nx`)).text).toMatch(/^OK 1 /);
    const bad = [
      `key=${key}&key=${key}`,
      `key=${key}&x=1&x=1`,
      `key=${key}&x=%`,
      `key=${key}&x=%ff`,
      `key=${key}&x=%zz`,
    ];
    for (const line of bad) expect(refusal(await ask(line)), line).toBe('400 BAD_REQUEST');
    const many = Array.from({ length: 64 }, (_, index) => [`x${index}`, 1] as const);
    expect(refusal(await http.ask('/send', [['key', key], ...many]))).toBe('400 BAD_REQUEST');
    expect((await http.ask('/send', [['key', key], ...many.slice(1)])).status).toBe(200);
  });

  needs([], 'R-207 numbers are decimal digits up to 2^53-1', async () => {
    const { key } = await open();
    const { http } = suite;
    const bad = ['', '-1', '+1', '01', '1.0', '0x1', '1e1', ' 1', '１', '9007199254740992', 'NaN', '1'.repeat(400)];
    for (const at of bad) expect(refusal(await http.ask('/send', { key, at })), at).toBe('400 BAD_REQUEST');
    const highest = await http.ask('/send', { key, at: '9007199254740991' });
    expect([highest.status, highest.text]).toEqual([200, 'OK 0 65536 0\n']);
    for (const [name, value] of Object.entries({ hold: '0.5', rotate: 'x', pad: '-1', ended: 'yes', reader: '1.' })) {
      const answer = await http.ask('/receive', { key, mode: 'poll', [name]: value });
      expect(refusal(answer), name).toBe('400 BAD_REQUEST');
    }
  });

  needs([], 'R-208 values out of range are moved into it', async () => {
    const target = await suite.closing(echo());
    const { http } = suite;
    const short = await http.open(target.to, { keep: 1, rotate: 1 });
    expect([short.seconds('keep'), short.bytes('rotate')]).toEqual([10, 4096]);
    const long = await http.open(target.to, { keep: 1_000_000, rotate: 1e12 });
    expect([long.seconds('keep'), long.bytes('rotate')]).toEqual([3600, long.bytes('window')]);
    expect(short.seconds('hold')).toBeLessThanOrEqual(5);
    const { text } = await http.ask('/receive', { key: short.key, mode: 'poll', hold: 0, pad: 100_000 });
    expect(text.indexOf('\n')).toBe(8192);
  });

  needs([], 'R-209 raw is for streams only, and a connect reads from 0', async () => {
    const { key, peer } = await open();
    const { http } = suite;
    for (const [path, more] of [
      ['/receive', { mode: 'poll' }],
      ['/exchange', {}],
    ] as const) {
      expect(refusal(await http.ask(path, { key, as: 'raw', ...more }))).toBe('400 BAD_REQUEST');
    }
    const to = `tcp://127.0.0.1:${peer.socket.localPort}`;
    expect(refusal(await http.ask('/connect', { to, from: 1 }))).toBe('400 BAD_REQUEST');
    expect((await http.ask('/receive', { key, mode: 'poll', hold: 0 })).text).toBe('AT 0 1\nAGAIN\n');
    expect((await http.ask('/exchange', { key, hold: 0 })).text).toMatch(/^OK 0 \d+ 0\nAT 0 2\nAGAIN\n$/);
  });

  needs([], 'R-210 with status=200 failures come with HTTP 200', async () => {
    const { http } = suite;
    for (const parameters of [{ key: 'none' }, { key: 'none', as: 'events' }, { key: 'none', as: 'bogus' }]) {
      const { status, text } = await http.ask('/receive', { ...parameters, mode: 'poll', status: 200 });
      expect(status).toBe(200);
      expect(text).toMatch(/NO (GONE|BAD_REQUEST) /);
    }
    expect((await http.ask('/receive', { key: 'none', as: 'events' })).status).toBe(200);
    expect((await http.ask('/receive', { key: 'none', status: 404 })).status).toBe(410);
  });

  needs([], 'R-211 only version 1 is spoken', async () => {
    const { key } = await open();
    expect((await suite.http.ask('/send', { key, v: 1 })).status).toBe(200);
    for (const v of ['2', '', '1.0'])
      expect(refusal(await suite.http.ask('/send', { key, v }))).toBe('400 BAD_REQUEST');
  });

  needs([], 'R-212 other methods and paths are refused with a line', async () => {
    const { key } = await open();
    const { http } = suite;
    for (const path of ['/connect', '/receive']) {
      expect(refusal(await http.ask(path, { key }, { method: 'GET' })), path).toBe('400 BAD_REQUEST');
    }
    for (const [method, path] of [
      ['POST', '/nothing'],
      ['PUT', '/send'],
      ['GET', '/nothing'],
    ] as const) {
      const { status, text } = await http.ask(path, { key }, { method });
      expect([status, text.slice(0, 15)], `${method} ${path}`).toEqual([404, 'NO BAD_REQUEST ']);
    }
  });

  needs([], 'R-213 connect has no payload, and verbs without one drop it', async () => {
    const { key, peer } = await open();
    const { http } = suite;
    const to = `tcp://127.0.0.1:${peer.socket.localPort}`;
    expect(refusal(await http.ask('/connect', { to }, { payload: 'early' }))).toBe('400 BAD_REQUEST');
    const { text } = await http.ask('/receive', { key, mode: 'poll', hold: 0 }, { payload: 'dropped' });
    expect(text).toBe('AT 0 1\nAGAIN\n');
    expect((await http.send(key, { at: 0 }, 'x')).upNext).toBe(1);
    expect((await peer.bytes(1)).toString()).toBe('x');
  });

  needs(['raw head'], 'R-214 a request is understood a byte at a time, and on a connection used before', async () => {
    const { key, peer } = await open();
    const head = (path: string, length: number, more = '') =>
      `POST ${path} HTTP/1.1\r\nHost: ${suite.http.host}\r\nContent-Length: ${length}\r\n${more}\r\n`;
    const line = `key=${key}&at=`;
    const text = [
      `${head('/send', line.length + 5)}${line}0\none`,
      `${head(`/send?key=${key}&at=3`, 3)}two`,
      `${head(`/send?key=${key}&at=6`, 5, 'Connection: close\r\n')}three`,
    ].join('');
    const answer = await suite.http.exchangeRaw([...text]);
    expect(answer.match(/^OK \d+/gm)).toEqual(['OK 3', 'OK 6', 'OK 11']);
    expect((await peer.bytes(11)).toString()).toBe('onetwothree');
  });

  needs(['raw head'], 'R-215 an offer of HTTP/2 is no upgrade', async () => {
    const { key, peer } = await open();
    const offer = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQA\r\n';
    const head = `POST /send?key=${key}&at=0 HTTP/1.1\r\nHost: ${suite.http.host}\r\n${offer}Content-Length: 5\r\n\r\n`;
    expect(await suite.http.exchangeRaw([head, 'he', 'llo'])).toMatch(/\r\n\r\nOK 5 \d+ 0\n$/);
    expect((await peer.bytes(5)).toString()).toBe('hello');
  });
});
