/** TLS targets: names, authorities and ends, against real certificates. */
import { once } from 'node:events';
import { createServer as createPlainServer, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Permit, PermitOptions } from '../../../server/core/target.ts';
import { createTls } from '../../../server/target/tls.ts';
import { collect, failureOf, listen, makeCertificate, patient, permitFor, socketCount, until } from './fixtures.ts';

const tls = createTls({ timeoutMs: 5000 });
const BAD_CERTIFICATE = { code: 'UNREACHABLE', text: 'the certificate of the target is not valid' };

const serve = async (accept: (socket: TLSSocket) => void, options: TlsOptions = {}) => {
  const certificate = makeCertificate('DNS:good.example,IP:127.0.0.1');
  const { key, cert } = certificate;
  const server = createServer({ key, cert, ...options }, (socket) => {
    socket.on('error', () => {});
    accept(socket);
  });
  server.on('tlsClientError', () => {});
  const { port, open } = await listen(server);
  const permit = (host: string, more: PermitOptions = { ca: certificate.file }): Permit =>
    permitFor({ kind: 'tls', host, port }, ['127.0.0.1'], more);
  return { permit, open };
};

describe('the certificate', () => {
  it.each(['good.example', 'good.example.'])('is good for %s, and the name is told to the target', async (host) => {
    const { permit } = await serve((socket) => socket.end(String(socket.servername)));
    const stream = await tls(permit(host), patient());
    expect((await collect(stream)).toString()).toBe('good.example');
    stream.destroy();
  });

  it('is good for an address that it holds, and no name is told', async () => {
    const { permit } = await serve((socket) => socket.end(String(socket.servername)));
    const stream = await tls(permit('127.0.0.1'), patient());
    expect((await collect(stream)).toString()).toBe('false');
    stream.destroy();
  });

  it.each(['evil.example', '127.0.0.2', 'localhost'])('is not good for %s', async (host) => {
    const { permit, open } = await serve((socket) => socket.resume());
    await expect(tls(permit(host), patient())).rejects.toMatchObject(BAD_CERTIFICATE);
    await until(() => open.size === 0);
  });

  it('is not good when none of the usual authorities has signed it', async () => {
    const { permit } = await serve((socket) => socket.resume());
    await expect(tls(permit('good.example', {}), patient())).rejects.toMatchObject(BAD_CERTIFICATE);
  });

  it('is not good when the ca file holds another', async () => {
    const { permit } = await serve((socket) => socket.resume());
    const { file } = makeCertificate('DNS:good.example');
    await expect(tls(permit('good.example', { ca: file }), patient())).rejects.toMatchObject(BAD_CERTIFICATE);
  });

  it('is not looked at where the rule says insecure', async () => {
    const { permit } = await serve((socket) => socket.end('hello'));
    const stream = await tls(permit('evil.example', { insecure: true }), patient());
    expect((await collect(stream)).toString()).toBe('hello');
    stream.destroy();
  });

  it('cannot be judged when the ca file is missing, and nothing is dialled', async () => {
    const dialled: Socket[] = [];
    const { port } = await listen(createPlainServer((socket) => dialled.push(socket)));
    const permit = permitFor({ kind: 'tls', host: 'a.example', port }, ['127.0.0.1'], { ca: '/none.pem' });
    await expect(tls(permit, patient())).rejects.toMatchObject({ code: 'INTERNAL', cause: { code: 'ENOENT' } });
    expect(dialled).toEqual([]);
  });
});

describe('the handshake', () => {
  it('fails with a clear text where the target does not speak TLS', async () => {
    const { port, open } = await listen(createPlainServer((socket) => socket.resume().write('220 mail.example\r\n')));
    const permit = permitFor({ kind: 'tls', host: 'a.example', port }, ['127.0.0.1']);
    const text = 'the TLS handshake with the target failed';
    await expect(tls(permit, patient())).rejects.toMatchObject({ code: 'UNREACHABLE', text });
    await until(() => open.size === 0);
  });

  it('fails where the target hangs up', async () => {
    const { port } = await listen(createPlainServer((socket) => socket.end()));
    const permit = permitFor({ kind: 'tls', host: 'a.example', port }, ['127.0.0.1']);
    await expect(tls(permit, patient())).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('is a TIMEOUT where the target says nothing, and leaves no socket', async () => {
    const { port, open } = await listen(createPlainServer((socket) => socket.resume()));
    const permit = permitFor({ kind: 'tls', host: 'a.example', port }, ['127.0.0.1']);
    await expect(createTls({ timeoutMs: 60 })(permit, patient())).rejects.toMatchObject({ code: 'TIMEOUT' });
    await until(() => open.size === 0);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 8, 10, 14])('leaves no socket when it is aborted after %i turns', async (turns) => {
    const { permit } = await serve((socket) => socket.resume());
    const before = socketCount();
    const abort = new AbortController();
    const connected = tls(permit('good.example'), abort.signal).catch((reason) => reason);
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    abort.abort('enough');
    const result = await connected;
    if (result !== 'enough') result.destroy();
    await until(() => socketCount() === before);
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('the ends of %s', (version) => {
  let options: TlsOptions;
  beforeAll(() => {
    options = { minVersion: version, maxVersion: version, allowHalfOpen: true } as TlsOptions;
  });

  it('lets the target answer after the end of the client', async () => {
    const { permit } = await serve((socket) => {
      const asked = collect(socket);
      void asked.then((question) => socket.end(`${question.length} `.repeat(100_000)));
    }, options);
    const stream = await tls(permit('good.example'), patient());
    stream.end(Buffer.alloc(300_000));
    expect((await collect(stream)).toString()).toBe('300000 '.repeat(100_000));
  });

  it('lets the client go on after the end of the target', async () => {
    let heard = '';
    const { permit } = await serve((socket) => {
      socket.end('hello');
      socket.on('data', (chunk) => {
        heard += chunk.toString();
      });
    }, options);
    const stream = await tls(permit('good.example'), patient());
    expect((await collect(stream)).toString()).toBe('hello');
    stream.write('still here');
    await until(() => heard === 'still here');
    stream.destroy();
  });

  it('reaches the target as a reset', async () => {
    const accepted: TLSSocket[] = [];
    const { permit } = await serve((socket) => accepted.push(socket.resume()), options);
    const stream = await tls(permit('good.example'), patient());
    await until(() => accepted.length > 0);
    const failed = failureOf(accepted[0] as TLSSocket);
    (stream as Socket).resetAndDestroy();
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
  });

  it('tells a reset from an end, though data lies unread before it', async () => {
    const accepted: TLSSocket[] = [];
    const { permit, open } = await serve((socket) => accepted.push(socket.resume()), options);
    for (let round = 1; round <= 20; round += 1) {
      const stream = (await tls(permit('good.example'), patient())) as Socket;
      await until(() => accepted.length === round);
      stream.once('data', () => stream.pause());
      accepted.at(-1)?.write(Buffer.alloc(4_000_000));
      await until(() => stream.isPaused());
      for (const socket of open) socket.resetAndDestroy();
      await until(() => open.size === 0);
      const failed = failureOf(stream);
      stream.on('end', () => stream.destroy(new Error('an end')));
      stream.resume();
      expect(await failed).toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('does not end the process when the target resets and nobody listens', async () => {
    const accepted: TLSSocket[] = [];
    const { permit, open } = await serve((socket) => accepted.push(socket.resume()), options);
    const stream = (await tls(permit('good.example'), patient())) as Socket;
    stream.resume();
    await until(() => accepted.length > 0);
    for (const socket of open) socket.resetAndDestroy();
    await until(() => stream.closed);
    expect(stream.errored).toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['at rest', () => {}],
    ['with writes that the target does not take', (stream: Socket) => void stream.write(Buffer.alloc(8_000_000))],
    ['with an end behind such writes', (stream: Socket) => void stream.end(Buffer.alloc(8_000_000))],
    ['in the moment of the end', (stream: Socket) => void stream.end()],
    ['after the end', async (stream: Socket) => void (await once(stream.end(), 'finish'))],
  ])('leaves nothing behind when it is reset %s', async (_when, act) => {
    const { permit, open } = await serve(() => {}, options);
    const before = socketCount();
    for (let round = 0; round < 5; round += 1) {
      const stream = (await tls(permit('good.example'), patient())) as Socket;
      stream.resume();
      await act(stream);
      if (round > 0) await new Promise((resolve) => setImmediate(resolve));
      stream.resetAndDestroy();
      stream.destroy();
      await until(() => stream.closed);
    }
    for (const socket of open) socket.destroy();
    await until(() => socketCount() === before);
  });
});
