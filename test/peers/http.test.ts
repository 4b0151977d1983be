/** Whole HTTP exchanges with nginx: the request out, the response in, and the end of either side. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PeerServer, startNginx } from '../support/peer-servers.ts';
import { type Running, startBridge } from './bridge.ts';
import { type Dialogue, free } from './dialogue.ts';
import { ways } from './ways.ts';

const big = randomBytes(1024 * 1024);
const small = Buffer.from('a small file\n');

let nginx: PeerServer;
let bridge: Running;

beforeAll(async () => {
  nginx = await startNginx({ files: { big, small } });
  bridge = await startBridge({
    targets: [`allow 127.0.0.1 ${nginx.port}`],
    routes: [`/web 127.0.0.1:${nginx.port}`],
  });
});

afterAll(async () => {
  await bridge.stop();
  await nginx.stop();
});

const request = (path: string, ...headers: string[]): Buffer =>
  Buffer.from(['GET /', path, ' HTTP/1.1\r\nHost: peer.test\r\n', ...headers.map((h) => `${h}\r\n`), '\r\n'].join(''));

/** Reads a response. @returns its status line and its body */
const readResponse = async ({ inbox }: Dialogue): Promise<{ status: string; body: Buffer }> => {
  const head = (await inbox.through('\r\n\r\n')).toString('latin1');
  const [status = ''] = head.split('\r\n');
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
  return { status, body: await inbox.take(Number(length)) };
};

describe.each(ways)('nginx by $name', ({ open }) => {
  it('answers with 1 MiB and then ends, where the request says so', async () => {
    const dialogue = await open(bridge.url, free(`127.0.0.1:${nginx.port}`));
    await dialogue.write(request('big', 'Connection: close'));
    const { status, body } = await readResponse(dialogue);
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(body.equals(big)).toBe(true);
    expect(await dialogue.inbox.rest()).toHaveLength(0);
    await dialogue.close();
  });

  it('goes on after an answer, and takes a request that comes in pieces', async () => {
    const dialogue = await open(bridge.url, '/web');
    const asked = request('small');
    await dialogue.write(asked.subarray(0, 7));
    await dialogue.write(asked.subarray(7));
    expect((await readResponse(dialogue)).body).toEqual(small);
    await dialogue.write(request('missing'));
    expect((await readResponse(dialogue)).status).toBe('HTTP/1.1 404 Not Found');
    await dialogue.close();
  });
});

const halfClosing = ways.filter(({ messages }) => !messages);

describe.each(halfClosing)('a half-close by $name', ({ open }) => {
  it('lets nginx answer what was asked before, and nothing but it ends the connection', async () => {
    const dialogue = await open(bridge.url, '/web');
    await dialogue.write(request('small'));
    await dialogue.end?.();
    expect((await readResponse(dialogue)).body).toEqual(small);
    expect(await dialogue.inbox.rest()).toHaveLength(0);
    await dialogue.close();
  });
});
