/** The watch over file descriptors: sessions are refused first, then requests, and connections that wait make room. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Descriptors } from '../../../server/transport/descriptors.ts';

const things: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of things.splice(0).reverse()) await close();
});

/** A watched server. 40 descriptors, 10 of them taken; 8 are the reserve. */
const start = async (targets: { open: number }) => {
  const descriptors = new Descriptors({ limit: 40, base: 10, targets: () => targets.open });
  const server = createServer((_request, response) => void response.end('ok')).listen(0, '127.0.0.1');
  things.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  descriptors.watch(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dial = async (): Promise<Socket> => {
    const accepted = once(server, 'connection');
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    things.push(() => socket.destroy());
    await Promise.all([once(socket, 'connect'), accepted]);
    return socket;
  };
  return { descriptors, server, dial };
};

const outcome = (act: () => void): string => {
  try {
    act();
    return 'admitted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('counts targets: a session is refused before a request is', async () => {
  const targets = { open: 0 };
  const { descriptors } = await start(targets);
  const asked = (open: number): [string, string] => {
    targets.open = open;
    return [outcome(() => descriptors.admit()), outcome(() => descriptors.admitRequest())];
  };
  expect(asked(21)).toEqual(['admitted', 'admitted']);
  expect(asked(22)).toEqual(['LIMIT', 'admitted']);
  expect(asked(25)).toEqual(['LIMIT', 'admitted']);
  expect(asked(26)).toEqual(['LIMIT', 'LIMIT']);
  expect(asked(0)).toEqual(['admitted', 'admitted']);
});

it('counts connections, and gives back those that are closed', async () => {
  const targets = { open: 21 };
  const { descriptors, server, dial } = await start(targets);
  expect(outcome(() => descriptors.admit())).toBe('admitted');
  const accepted = once(server, 'connection');
  const socket = await dial();
  const [served] = (await accepted) as [Socket];
  expect(outcome(() => descriptors.admit())).toBe('LIMIT');
  socket.destroy();
  await once(served, 'close');
  expect(outcome(() => descriptors.admit())).toBe('admitted');
});

it('closes connections that wait for nothing where descriptors are short', async () => {
  const targets = { open: 20 };
  const { descriptors, dial } = await start(targets);
  const idle = await dial();
  idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(idle, 'data');
  const closed = once(idle, 'end');
  idle.resume();
  targets.open = 22;
  expect(outcome(() => descriptors.admit())).toBe('LIMIT');
  await closed;
});
