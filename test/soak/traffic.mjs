/** The sessions of a soak: idle ones that are asked at the end whether they live, and busy ones, one after another. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, transports } from '../../dist/client/node/index.js';

/** Bytes of which each write takes a part. */
const store = randomBytes(1024 * 1024);
const MOST_MS = 60_000;

/** Each way alone, and all of them with the choice left to the client. */
const waysOf = (index) => [transports, ...transports.map((way) => [way])][index % (transports.length + 1)];

/** A target that sends everything back. */
export const startEcho = async () => {
  const sockets = new Set();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    to: `127.0.0.1:${server.address().port}`,
    /** Connections that are open. */
    sockets,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

/** Whether it comes in a time in which every healthy run is over. */
const comes = async (event) => {
  const late = new AbortController();
  const never = pause(MOST_MS, false, { signal: late.signal }).catch(() => false);
  const came = await Promise.race([event.then(() => true), never]);
  late.abort();
  return came;
};

const open = (place, index) => {
  const connection = connect(place.to, { via: place.url, transports: waysOf(index), dispatcher: place.dispatcher });
  const seen = { connection, failure: null, over: once(connection, 'close').catch(() => {}) };
  connection.on('error', (error) => {
    seen.failure = error.code ?? error.message;
  });
  return seen;
};

/** Opens one that stays. */
export const startIdle = async (place, index, report) => {
  const { connection, over } = open(place, index);
  const opened = once(connection, 'open').catch(() => {});
  await Promise.race([comes(opened), over]);
  /** Sends a few bytes through and ends it. */
  return async () => {
    const sent = randomBytes(32);
    const got = [];
    connection.on('data', (chunk) => got.push(chunk));
    connection.end(sent);
    const inTime = await comes(over);
    if (!inTime) connection.destroy();
    report.idle(inTime && sent.equals(Buffer.concat(got)));
  };
};

const writeSome = async ({ connection, over }, { random, isOver }) => {
  const sent = createHash('sha256');
  let length = 0;
  const most = 64 * 1024 * 32 ** random();
  while (length < most && !isOver() && !connection.destroyed) {
    const size = Math.ceil(65_536 ** random());
    const at = Math.floor(random() * (store.length - size));
    const piece = store.subarray(at, at + size);
    sent.update(piece);
    length += size;
    if (!connection.write(piece)) await Promise.race([once(connection, 'drain').catch(() => {}), over]);
    await pause(random() * 100);
  }
  connection.end();
  return { digest: sent.digest('hex'), length };
};

/** Opens sessions one after another, writes to each what comes back, and ends it, until it is told that all is over. */
export const keepBusy = async (place, index, { random, isOver, report }) => {
  for (let turn = 0; !isOver(); turn += 1) {
    const session = open(place, index + turn);
    const got = createHash('sha256');
    let back = 0;
    session.connection.on('data', (chunk) => {
      got.update(chunk);
      back += chunk.length;
    });
    const { digest, length } = await writeSome(session, { random, isOver });
    const inTime = await comes(session.over);
    if (!inTime) session.connection.destroy();
    const failure = inTime ? session.failure : 'no end';
    report.busy({ whole: got.digest('hex') === digest, length, back, failure });
  }
};
