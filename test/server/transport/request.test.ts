/** Tests of reading a request: where its parameters stand, whatever the cuts, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refused, singly, useStage, type Whole, wire } from './request-stage.ts';

const stage = useStage();

describe('where the parameters stand', () => {
  test.each([
    ['the first line', 'key=a\nhello', 'a', 'hello'],
    ['the first line with CR', 'key=a\r\nhello', 'a', 'hello'],
    ['only one CR is dropped', 'key=a%0D\r\nhello', 'a\r', 'hello'],
    ['the whole body', 'key=a', 'a', ''],
    ['a CR without LF stays', 'key=a\r', 'a\r', ''],
    ['a line and nothing after it', 'key=a\n', 'a', ''],
    ['the payload keeps its own lines', 'key=a\n\r\nb\n', 'a', '\r\nb\n'],
    ['an empty first line', '\nkey=a', undefined, 'key=a'],
    ['an empty body', '', undefined, ''],
    ['a form', 'key=a&data=x+y%0Az%FF%00', 'a', 'x y\nz\xff\0'],
    ['a form with an empty field', 'key=a&data=', 'a', ''],
    ['a form that ends in a line end', 'data=hi&key=a\r\n', 'a', 'hi'],
  ])('%s', async (_, body, key, text) => {
    const expected = { key, text, how: 'whole', complete: true };
    expect(await stage.now.ask([wire(body)])).toMatchObject({ ...expected, declared: text.length });
    expect(await stage.now.ask(singly(wire(body)))).toMatchObject({ ...expected, declared: text.length });
    expect(await stage.now.ask([wire(body, { chunkBytes: 3 })])).toMatchObject(expected);
    expect(await stage.now.ask(singly(wire(body, { chunkBytes: 2 })))).toMatchObject(expected);
  });

  test.each([
    ['/send?key=a', 'a'],
    ['/send?&key=a', 'a'],
    ['/send?x', undefined],
    ['/send?key=a%3Fb?c', 'a?b?c'],
    ['/send?key=a&data=zz', 'a'],
  ])('with %s the whole body is payload', async (path, key) => {
    const body = 'key=b&data=c\nrest';
    expect(await stage.now.ask([wire(body, { path })])).toMatchObject({
      key,
      text: body,
      declared: body.length,
      how: 'whole',
    });
    expect(await stage.now.ask(singly(wire(body, { path, chunkBytes: 4 })))).toMatchObject({
      key,
      text: body,
      declared: null,
    });
  });

  test.each(['/send?', '/send?&', '/send?&&'])('%s has no parameter, so they are in the body', async (path) => {
    expect(await stage.now.ask([wire('key=b\nrest', { path })])).toMatchObject({ key: 'b', text: 'rest' });
  });

  test('a request of which nothing is left is complete before it is acted on', async () => {
    stage.now.act = (_, raw) => raw.complete;
    for (const path of ['/send', '/send?key=a']) {
      for (const body of path === '/send' ? ['', 'key=a', 'key=a\n', 'key=a\nrest'] : ['']) {
        expect(await stage.now.ask([wire(body, { path })])).toBe(true);
      }
    }
  });

  test('a request without length and coding has no body', async () => {
    const bare = (path: string) => Buffer.from(`POST ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(await stage.now.ask([bare('/send')])).toMatchObject({ key: undefined, text: '', declared: 0, how: 'whole' });
    expect(await stage.now.ask([bare('/send?key=a')])).toMatchObject({ key: 'a', text: '', declared: 0, how: 'whole' });
  });

  test('any body and any cuts give the same parameters and payload', async () => {
    const body = fc.record({
      line: fc.string({ unit: fc.constantFrom('a', '/', ':', '.'), maxLength: 40 }),
      ending: fc.constantFrom('\n', '\r\n'),
      payload: fc.uint8Array({ maxLength: 400 }),
      chunkBytes: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
      places: fc.array(fc.nat(), { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(body, async ({ line, ending, payload, chunkBytes, places }) => {
        const bytes = wire(
          Buffer.concat([Buffer.from(`key=${line}${ending}`), payload]),
          chunkBytes ? { chunkBytes } : {},
        );
        const at = places.map((place) => place % bytes.length).sort((a, b) => a - b);
        const pieces = [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
        const text = Buffer.from(payload).toString('latin1');
        expect(await stage.now.ask(pieces)).toMatchObject({ key: line, text, how: 'whole' });
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is refused', () => {
  test('a line may have 4096 bytes and no more, with LF and without', async () => {
    const key = (bytes: number) => 'k'.repeat(bytes - 'key='.length);
    for (const chunkBytes of [1000, 100_000]) {
      const whole = ['\n', ''].map((end) => stage.now.ask<Whole>([wire(`key=${key(4096)}${end}`, { chunkBytes })]));
      for (const { key: read } of await Promise.all(whole)) expect(read).toBe(key(4096));
      expect(await stage.now.ask([wire(`key=${key(4097)}`, { chunkBytes })])).toEqual(refused('BAD_REQUEST'));
      expect(await stage.now.ask([wire(`key=${key(4097)}\nx`, { chunkBytes })])).toEqual(refused('BAD_REQUEST'));
    }
  });

  test('a line that is too long is refused before the body ends', async () => {
    const { client } = await stage.now.open();
    const result = stage.now.outcome();
    client.write(`POST /send HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n${'k'.repeat(5000)}`);
    expect(await result).toEqual(refused('BAD_REQUEST'));
  });

  test.each(['gzip', 'identity', 'br, gzip', 'x'])('Content-Encoding %s', async (coding) => {
    const headers = `Content-Encoding: ${coding}\r\n`;
    for (const path of ['/send', '/send?key=a']) {
      expect(await stage.now.ask([wire('key=a\nx', { path, headers })])).toEqual(refused('UNSUPPORTED'));
    }
  });

  test('a transfer coding that would have to be undone', async () => {
    const head = 'POST /send?key=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n';
    expect(await stage.now.ask([Buffer.from(`${head}0\r\n\r\n`)])).toEqual(refused('UNSUPPORTED'));
  });

  test.each(['multipart/form-data; boundary=b', 'Multipart/Mixed'])('%s, told by header or by hand', async (type) => {
    const headers = `Content-Type: ${type}\r\n`;
    expect(await stage.now.ask([wire('key=a\nx', { headers })])).toEqual(refused('UNSUPPORTED'));
    stage.now.options = { repeatable: [], contentType: type };
    expect(await stage.now.ask([wire('key=a\nx')])).toEqual(refused('UNSUPPORTED'));
  });

  test.each(['text/plain', 'garbage', '', 'application/json', 'x; multipart/'])('not Content-Type %j', async (type) => {
    const headers = `Content-Type: ${type}\r\n`;
    expect(await stage.now.ask([wire('key=a\nx', { headers })])).toMatchObject({ key: 'a', text: 'x' });
  });

  test('data together with a payload after the line, or twice', async () => {
    for (const body of ['key=a&data=x\ny', 'data=\n\n', 'data=1&data=2', 'data=1&%64ata=2']) {
      expect(await stage.now.ask([wire(body)])).toEqual(refused('BAD_REQUEST'));
      expect(await stage.now.ask(singly(wire(body, { chunkBytes: 1 })))).toEqual(refused('BAD_REQUEST'));
    }
  });

  test('a name given twice, but those that may repeat', async () => {
    stage.now.options = { repeatable: ['key'] };
    stage.now.act = ({ parameters }) => parameters.all('key');
    expect(await stage.now.ask([wire('key=a&key=b')])).toEqual(['a', 'b']);
    expect(await stage.now.ask([wire('', { path: '/receive?key=b&key=a' })])).toEqual(['b', 'a']);
    expect(await stage.now.ask([wire('key=a&from=1&from=2')])).toEqual(refused('BAD_REQUEST'));
  });
});
