/** Unix socket targets against real servers. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createUnix } from '../../../server/target/unix.ts';
import { collect, patient, permitFor, socketCount, temporaryFolder, until } from './fixtures.ts';

const unix = createUnix({ timeoutMs: 5000 });

const listenAt = async (path: string, accept: (socket: Socket) => void): Promise<void> => {
  const server = createServer({ allowHalfOpen: true }, accept).listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
};

it('carries bytes both ways after its own end', async () => {
  const path = join(temporaryFolder(), 'socket');
  await listenAt(path, (socket) => {
    socket.resume();
    socket.on('end', () => socket.end('goodbye'));
  });
  const stream = await unix(permitFor({ kind: 'unix', path }, []), patient());
  stream.end('x');
  expect((await collect(stream)).toString()).toBe('goodbye');
});

it('closes where a reset is asked for', async () => {
  const path = join(temporaryFolder(), 'socket');
  await listenAt(path, (socket) =>
    socket
      .on('error', () => {})
      .on('end', () => socket.end())
      .resume(),
  );
  const before = socketCount();
  const stream = await unix(permitFor({ kind: 'unix', path }, []), patient());
  (stream as Socket).resetAndDestroy();
  await until(() => socketCount() === before);
  expect(stream.destroyed).toBe(true);
});

it('says that the socket file is missing', async () => {
  const permit = permitFor({ kind: 'unix', path: join(temporaryFolder(), 'none') }, []);
  const text = 'the socket file of the target does not exist';
  await expect(unix(permit, patient())).rejects.toMatchObject({ code: 'UNREACHABLE', text });
});

it('is REFUSED where the file is no listener', async () => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, '');
  await expect(unix(permitFor({ kind: 'unix', path }, []), patient())).rejects.toMatchObject({ code: 'REFUSED' });
});

it('leaves no socket when it is aborted', async () => {
  const path = join(temporaryFolder(), 'socket');
  await listenAt(path, (socket) =>
    socket
      .on('error', () => {})
      .on('end', () => socket.end())
      .resume(),
  );
  const before = socketCount();
  const abort = new AbortController();
  const connected = unix(permitFor({ kind: 'unix', path }, []), abort.signal);
  abort.abort('enough');
  await expect(connected).rejects.toBe('enough');
  await until(() => socketCount() === before);
});
