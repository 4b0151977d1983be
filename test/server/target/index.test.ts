/** The kinds of targets and their framings, by name. */
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createTargetTypes } from '../../../server/target/index.ts';
import { collect, listen, patient, permitFor } from './fixtures.ts';

const types = createTargetTypes({ connectTimeoutMs: 5000, udpIdleMs: 5000 });

it('cuts udp into packets and leaves the bytes of the others alone', () => {
  const framings = Object.entries(types).map(([kind, { framing }]) => `${kind} ${framing}`);
  expect(framings).toEqual(['tcp bytes', 'tls bytes', 'unix bytes', 'udp packets']);
});

it('gives each kind its own way to connect', async () => {
  const { port } = await listen(createServer((socket) => socket.end('hello')));
  const stream = await types.tcp.connect(permitFor({ kind: 'tcp', host: 'a.example', port }, ['127.0.0.1']), patient());
  expect((await collect(stream)).toString()).toBe('hello');
  stream.destroy();
  const wrong = permitFor({ kind: 'channel', name: 'x' }, []);
  for (const { connect } of Object.values(types)) {
    await expect(connect(wrong, patient())).rejects.toMatchObject({ code: 'BAD_TARGET' });
  }
});
