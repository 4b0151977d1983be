/** The clients of the bench: bare sockets that cost as little as they can, each run for a given time. */
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { readFrames } from './frames.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let nonces = 0;
const nonce = () => {
  nonces += 1;
  return `bench-${process.pid}-${String(nonces).padStart(20, '0')}`;
};

const dial = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.setNoDelay(true)));
    socket.once('error', reject);
  });

/** One request on a kept connection; resolves with the text of its answer, which has a Content-Length. */
const ask = (socket, request) =>
  new Promise((resolve) => {
    let text = '';
    const read = (chunk) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < head + 4 + length) return;
      socket.off('data', read);
      resolve(text.slice(head + 4));
    };
    socket.on('data', read);
    // In one piece, as browsers and undici send a small request.
    socket.cork();
    for (const part of request) socket.write(part);
    socket.uncork();
  });

const head = (path, length) =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nNetwine: 1\r\nContent-Length: ${length}\r\n\r\n`;

const open = async (port, target, options = '') => {
  const socket = await dial(port);
  const text = await new Promise((resolve) => {
    let got = '';
    socket.on('data', function read(chunk) {
      got += chunk.toString('latin1');
      const found = /OK ([\w-]+)/.exec(got);
      if (!found) return;
      socket.off('data', read);
      resolve(found[1]);
    });
    const body = `to=127.0.0.1:${target}${options}`;
    socket.write(head('/connect', body.length) + body);
  });
  return { socket, key: text };
};

/** Bytes that come down a bare pipe. */
export const pipeDown = async ({ port, ms }) => {
  const socket = await dial(port);
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  await sleep(ms);
  socket.destroy();
  return bytes;
};

/** Bytes that go up a bare pipe. */
export const pipeUp = async ({ port, ms, size }) => {
  const socket = await dial(port);
  const chunk = Buffer.alloc(size, 'x');
  const end = performance.now() + ms;
  let bytes = 0;
  while (performance.now() < end) {
    bytes += size;
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.destroy();
  return bytes;
};

/** Bytes of a `raw` stream that nobody acknowledges. */
export const rawDown = async ({ port, target, ms }) => {
  const { socket } = await open(port, target);
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  await sleep(ms);
  socket.destroy();
  return bytes;
};

/** Bytes of `frames` streams, each followed by the next at its offset; an acknowledgement is posted each quarter window. */
export const framesDown = async ({ port, target, ms, window }) => {
  const { socket: first, key } = await open(port, target, `&as=frames&mode=poll&hold=0&nonce=${nonce()}`);
  first.destroy();
  const [reading, acking] = [await dial(port), await dial(port)];
  const end = performance.now() + ms;
  let at = 0;
  let acked = 0;
  acking.resume();
  while (performance.now() < end) {
    const body = `key=${key}&from=${at}&as=frames`;
    acked = at;
    reading.write(head('/receive', body.length) + body);
    await readFrames(reading, (length) => {
      at += length;
      if (at - acked < window / 4) return;
      acked = at;
      const ack = `key=${key}&ack=${at}`;
      acking.write(head('/send', ack.length) + ack);
    });
  }
  reading.destroy();
  acking.destroy();
  return at;
};

/** Does something again and again on one connection, until the time is over. */
const during = async ({ port, ms }, act) => {
  const socket = await dial(port);
  const end = performance.now() + ms;
  while (performance.now() < end) await act(socket);
  socket.destroy();
};

/** Posts of one size, one at a time on a kept connection. @returns the bytes that were taken */
export const posts = async ({ port, target, ms, size }) => {
  const { socket: held, key } = await open(port, target, `&mode=poll&hold=0&nonce=${nonce()}`);
  held.destroy();
  const payload = Buffer.alloc(size, 'x');
  let at = 0;
  await during({ port, ms }, async (socket) => {
    const line = `key=${key}&at=${at}\n`;
    const answer = await ask(socket, [head('/send', line.length + size) + line, payload]);
    at = Number(answer.split(' ')[1]);
  });
  return at;
};

/** The same posts to a server that only passes them on. */
export const barePosts = async ({ port, ms, size }) => {
  const request = [head('/', size), Buffer.alloc(size, 'x')];
  let bytes = 0;
  await during({ port, ms }, async (socket) => {
    await ask(socket, request);
    bytes += size;
  });
  return bytes;
};

const upgrade = (port, path, protocol) =>
  new Promise((resolve, reject) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, { perMessageDeflate: false });
    ws.once('open', () => resolve(ws));
    ws.once('error', reject);
  });

export const wsDown = async ({ port, target, ms }) => {
  const ws = await upgrade(port, `/connect?to=127.0.0.1:${target}`);
  let bytes = 0;
  ws.on('message', (data) => {
    bytes += data.length;
  });
  await sleep(ms);
  ws.terminate();
  return bytes;
};

export const wsUp = async ({ port, target, ms, size }) => {
  const ws = await upgrade(port, `/connect?to=127.0.0.1:${target}`);
  const payload = Buffer.alloc(size, 'x');
  const end = performance.now() + ms;
  let bytes = 0;
  while (performance.now() < end) {
    bytes += size;
    await new Promise((resolve) => ws.send(payload, resolve));
  }
  ws.terminate();
  return bytes;
};

/** Opens and closes, one after the other. @returns how many */
export const setUps = async ({ port, target, ms }) => {
  const end = performance.now() + ms;
  let count = 0;
  while (performance.now() < end) {
    const { socket, key } = await open(port, target, `&mode=poll&hold=0&nonce=${nonce()}`);
    const closing = await dial(port);
    await ask(closing, [`${head('/close', 4 + key.length)}key=${key}`]);
    socket.destroy();
    closing.destroy();
    count += 1;
  }
  return count;
};

export const pipeSetUps = async ({ port, ms }) => {
  const end = performance.now() + ms;
  let count = 0;
  while (performance.now() < end) {
    const socket = await dial(port);
    socket.destroy();
    count += 1;
  }
  return count;
};

/** Opens sessions that carry nothing; each keeps its answer, or not. */
export const idle = async ({ port, target, count, held }) => {
  const sockets = [];
  for (let i = 0; i < count; i += 1) {
    const { socket } = await open(
      port,
      target,
      held ? `&as=frames&nonce=${nonce()}` : `&mode=poll&hold=0&nonce=${nonce()}`,
    );
    if (held) sockets.push(socket.resume());
    else socket.destroy();
  }
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};
