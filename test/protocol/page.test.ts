/** Chapter 9, `page`: what a browser without any script sees, and what it can do with it. */
import { describe, expect } from 'vitest';
import { needs, useBridge } from '../support/bridge.ts';
import { encode, newNonce, refusal } from '../support/http-client.ts';
import { type ReadPage, readPage } from '../support/old-engines.ts';
import { echo, greeter, halfCloser, startTarget } from '../support/targets.ts';

const suite = useBridge(async () => {
  const hello = await suite.closing(greeter('from the route'));
  return { routes: `/deep/hello ${hello.to}\n` };
});

/** Posts a form as a browser does: every field in the body. */
const post = async (path: string, fields: Record<string, string | number>, from = '/connect') => {
  const body = encode(fields);
  const { pathname } = new URL(path, `${suite.url}${from}`);
  return suite.http.ask(pathname, {}, { payload: body });
};
const pageOf = async (path: string, fields: Record<string, string | number>): Promise<ReadPage> => {
  const { status, headers, text } = await post(path, fields);
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  return readPage(text);
};
const open = (to: string): Promise<ReadPage> => pageOf('/connect', { to, as: 'page', nonce: newNonce() });
const get = async (url: string): Promise<ReadPage> => {
  const { pathname, searchParams } = new URL(url, `${suite.url}/connect`);
  return readPage((await suite.http.ask(pathname, [...searchParams], { method: 'GET' })).text);
};
const send = (page: ReadPage, data: string, more = {}) => pageOf('send', { ...page.forms.send, data, ...more });

/** Every byte, and what would be a script, a comment, an attribute or a line of a script elsewhere. */
const hostile = Buffer.concat([
  Buffer.from(
    '</pre></script>--><script>alert(1)</script><!-- "\'\\ &lt;&#60; <img src=x onerror=y> \u2028\u2029 \0 end',
  ),
  Buffer.from(Uint8Array.from({ length: 256 }, (_, value) => value)),
]);

describe('page', () => {
  needs(
    [],
    'R-914 shows what the target says, sends a line and shows the answer, without a key in any URL',
    async () => {
      const target = await suite.closing(echo());
      const first = await open(target.to);
      expect(first.output).toBe('');
      const second = await send(first, 'h\u00e9llo', { line: 'crlf' });
      expect(second.output).toBe('h\u00e9llo\n');
      const third = await send(second, 'again', { line: 'lf' });
      expect(third.output).toBe('h\u00e9llo\nagain\n');
      const key = third.forms.send?.key ?? '';
      expect(key).toMatch(/^\S{22,}$/);
      for (const link of third.links) expect(link).not.toContain(key);
      expect(third.html.split(key)).toHaveLength(4);
      expect((await pageOf('receive', third.forms.receive ?? {})).output).toBe('h\u00e9llo\nagain\n');
      const closed = await pageOf('close', third.forms.close ?? {});
      expect(closed.html).toContain('The connection is closed.');
      expect(await (await target.peer()).end).toBe('reset');
    },
  );

  needs([], 'R-914 a page that is sent twice writes once, and says so', async () => {
    const target = await suite.closing(echo());
    const first = await open(target.to);
    await send(first, 'once');
    const again = await send(first, 'once');
    expect(again.html).toContain('Nothing was sent');
    expect((await send(again, '!')).output).toBe('once!');
    expect((await target.peer()).received.toString()).toBe('once!');
  });

  needs([], 'R-914 a flood is taken as it comes, and its last bytes are shown', async () => {
    const lines = Array.from({ length: 100_000 }, (_, number) => `line ${number}\n`).join('');
    const target = await suite.closing(halfCloser(lines));
    let page = await open(target.to);
    while (!page.html.includes('has finished sending')) page = await pageOf('receive', page.forms.receive ?? {});
    expect(lines.endsWith(page.output)).toBe(true);
    expect(page.output.length).toBe(65_536);
    expect(page.html).toContain('left out');
  });

  needs([], 'R-914 the end and the reset of a target are told, with what it said last', async () => {
    const target = await suite.closing(greeter('last words'));
    const page = await open(target.to);
    (await target.peer()).socket.resetAndDestroy();
    let over = await pageOf('receive', page.forms.receive ?? {});
    while (over.forms.send) over = await pageOf('receive', page.forms.receive ?? {});
    expect(over.output).toBe('last words');
    expect(over.html).toContain('(RESET)');
    expect(over.links).toEqual([expect.stringMatching(/^connect\?as=page&at=\d+$/)]);
  });

  needs([], 'R-914 is for whole answers of one session, and not for an exchange', async () => {
    const target = await suite.closing(echo());
    const { key } = await suite.http.open(target.to);
    for (const [path, more] of [
      ['/receive', { mode: 'stream' }],
      ['/exchange', {}],
    ] as const) {
      const { status, text } = await suite.http.ask(path, { key, as: 'page', ...more });
      expect([status, text]).toEqual([200, expect.stringContaining('(BAD_REQUEST)')]);
    }
    const other = await suite.http.open(target.to);
    const two = [
      ['key', key],
      ['key', other.key],
      ['as', 'page'],
    ] as const;
    expect((await suite.http.ask('/receive', two)).text).toContain('(BAD_REQUEST)');
  });

  needs([], 'R-915 nothing that a target says is anything but text, wherever it is cut', async () => {
    const target = await suite.closing(startTarget());
    const page = await open(target.to);
    const { socket } = await target.peer();
    for (let at = 0; at < hostile.length; at += 7) {
      socket.write(hostile.subarray(at, at + 7));
      await pageOf('receive', { ...page.forms.receive, hold: 0 });
    }
    const text = (await pageOf('receive', page.forms.receive ?? {})).output;
    expect(text.startsWith(hostile.toString('utf8', 0, 40))).toBe(true);
    const high = String.fromCharCode(...Array.from({ length: 96 }, (_, index) => 0xa0 + index));
    expect(text.endsWith(`\t\n\n${hostile.subarray(-224, -129).toString()}${high}`)).toBe(true);
  });

  needs(
    [],
    'R-915 R-916 its headers forbid scripts and foreign frames, and let its forms name their origin',
    async () => {
      const target = await suite.closing(echo());
      const { headers } = await post('/connect', { to: target.to, as: 'page', nonce: newNonce() });
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'self'",
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'same-origin',
        'cache-control': expect.stringContaining('no-store'),
      });
    },
  );

  needs([], 'R-917 a failure is a page with status 200, and echoes nothing', async () => {
    for (const [path, fields, code] of [
      ['/connect', { to: '<b>' }, 'BAD_TARGET'],
      ['/connect', { to: '127.0.0.2:80' }, 'DENIED_TARGET'],
      ['/receive', { key: '"><script>' }, 'GONE'],
      ['/send', { key: 'x', data: '<i>' }, 'GONE'],
    ] as const) {
      const { html } = await pageOf(path, { as: 'page', ...fields });
      expect(html).toContain(`(${code})`);
    }
  });

  needs([], 'R-918 the line end that is asked for comes after data, and none without asking', async () => {
    const target = await suite.closing(startTarget());
    let page = await open(target.to);
    for (const line of ['crlf', 'lf', 'cr', 'none']) page = await send(page, 'x', { line });
    await send(page, 'y');
    expect((await (await target.peer()).bytes(9)).toString()).toBe('x\r\nx\nx\rxy');
    expect(refusal(await suite.http.ask('/send', {}, { payload: 'key=x&data=1&line=no' }))).toBe('400 BAD_REQUEST');
  });

  needs([], 'R-919 the form of connect has a token that opens, and a nonce that opens once', async () => {
    const target = await suite.closing(greeter('hello'));
    const start = await get('/connect?as=page');
    const fields = { ...start.forms.connect, to: target.to };
    expect(target.peers).toHaveLength(0);
    const browser = { netwine: '', 'user-agent': 'Mozilla/4.0' };
    const ask = async (body: Record<string, string>) =>
      (await suite.http.ask('/connect', {}, { payload: new URLSearchParams(body).toString(), headers: browser })).text;
    expect(await ask({ ...fields, token: '' })).toContain('(DENIED_ORIGIN)');
    const [one, two] = [readPage(await ask(fields)), readPage(await ask(fields))];
    expect([one.output, two.forms.send?.key]).toEqual(['hello', one.forms.send?.key]);
    expect(target.peers).toHaveLength(1);
  });

  needs(['own bridge'], 'R-919 a route has a form too, whose pages find the verbs', async () => {
    const start = await get('/deep/hello?as=page');
    expect(Object.keys(start.forms)).toEqual(['hello']);
    expect(start.forms.hello?.to).toBeUndefined();
    const page = await pageOf('/deep/hello', { ...start.forms.hello });
    expect([page.output, Object.keys(page.forms)]).toEqual(['from the route', ['../send', '../receive', '../close']]);
    const { status, text } = await post('../send', { ...page.forms['../send'], data: 'x' }, '/deep/hello');
    expect([status, Object.keys(readPage(text).forms)]).toEqual([200, ['send', 'receive', 'close']]);
  });

  needs([], 'R-920 R-1105 a page asks for itself again by ticket, as long as the target may say more', async () => {
    const target = await suite.closing(greeter('one '));
    const page = await open(target.to);
    expect(page.refresh).toBe(null);
    const again = await get(page.links.find((link) => link.startsWith('receive?')) ?? '');
    expect(again.refresh?.seconds).toBe(5);
    (await target.peer()).socket.write('two');
    const third = await get(again.refresh?.url ?? '');
    expect(third.output).toBe('one two');
    expect((await get(`${again.refresh?.url.replace('#', '&hold=0#')}`)).output).toBe('one two');
    (await target.peer()).socket.end();
    let last = await get(third.refresh?.url ?? '');
    while (last.refresh) last = await get(last.refresh.url);
    expect(last.html).toContain('has finished sending');
    expect((await get('receive?as=page&ticket=unknown')).html).toContain('This link is too old');
  });
});
