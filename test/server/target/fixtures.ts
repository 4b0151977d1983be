/** What the tests of the target kinds share: real servers, certificates, and a count of the sockets that are open. */
import { execFileSync } from 'node:child_process';
import { type EventEmitter, once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { Permit, PermitOptions, Target } from '../../../server/core/target.ts';

export const permitFor = (target: Target, addresses: readonly string[], options: PermitOptions = {}): Permit => ({
  target,
  addresses,
  options,
  rule: null,
});

/** Never aborted. */
export const patient = (): AbortSignal => new AbortController().signal;

/** A folder for this test alone. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'netwine-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** Listens on a free loopback port until the test is finished; its connections are in the set. */
export const listen = async (server: Server, host = '127.0.0.1'): Promise<{ port: number; open: Set<Socket> }> => {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, open };
};

/** A port of loopback on which nothing listens. */
export const closedPort = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const SILENT_SOURCE = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** A port whose listener accepts nothing and whose backlog is full: the system drops every further SYN. */
export const silentPort = async (connect: (port: number) => Socket): Promise<number> => {
  const worker = new Worker(SILENT_SOURCE, { eval: true });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = (await once(worker, 'message')) as [number];
  for (let filled = 0; filled < 2; filled += 1) {
    const socket = connect(port);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
  }
  return port;
};

const openDescriptors = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return []; // the descriptor that listed the folder
    }
  });

/** How many sockets this process has open, whoever holds them. */
export const socketCount = (): number => openDescriptors().filter((link) => link.startsWith('socket:')).length;

/** Lets the event loop turn until something holds; the test's own limit is the only one. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

/** All that a stream gives until its end, or its error. */
export const collect = async (stream: Duplex): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks);
};

/** The error that a stream fails with. */
export const failureOf = async (stream: EventEmitter): Promise<unknown> =>
  await new Promise((resolve) => stream.once('error', resolve));

/** A self-signed certificate for names like `DNS:a.example` or `IP:127.0.0.1`; `file` holds it as PEM. */
export const makeCertificate = (names: string): { key: Buffer; cert: Buffer; file: string } => {
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2'],
      ...['-subj', '/CN=test', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'pipe' },
  );
  return { key: readFileSync(key), cert: readFileSync(cert), file: cert };
};
