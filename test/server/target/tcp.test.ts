/** TCP targets against real servers. */
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createTcp } from '../../../server/target/tcp.ts';
import { closedPort, collect, listen, patient, permitFor } from './fixtures.ts';

const tcp = createTcp({ timeoutMs: 5000 });

it('carries every byte value both ways', async () => {
  const { port } = await listen(createServer((socket) => socket.pipe(socket)));
  const stream = await tcp(permitFor({ kind: 'tcp', host: 'a.example', port }, ['127.0.0.1']), patient());
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  stream.end(bytes);
  expect(await collect(stream)).toEqual(bytes);
});

it('dials the judged addresses, never the name', async () => {
  const port = await closedPort(createServer());
  const permit = permitFor({ kind: 'tcp', host: 'localhost', port }, ['127.0.0.9']);
  await expect(tcp(permit, patient())).rejects.toMatchObject({ code: 'REFUSED', cause: { address: '127.0.0.9' } });
});

it('refuses a permit of another kind', async () => {
  await expect(tcp(permitFor({ kind: 'unix', path: '/x' }, []), patient())).rejects.toMatchObject({
    code: 'BAD_TARGET',
  });
});
