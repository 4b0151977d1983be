/** What a page does with an unmodified database client that was written for `net`; each is called from the test. */
import './node.js';
import { Buffer } from 'buffer';
import net, { configure, connect, isIP } from 'netwine/net';
import { createClient, RESP_TYPES } from 'redis';

configure({ transports: ['xhr-poll'] });

let client;
/** What the client told of itself. */
const events = [];

const binary = () => client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

const digest = async (bytes) => {
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Buffer.from(hash).toString('hex');
};

const open = async (port) => {
  client = createClient({ socket: { host: '127.0.0.1', port } });
  for (const name of ['connect', 'ready', 'reconnecting', 'end']) client.on(name, () => events.push(name));
  client.on('error', (error) => events.push(String(error)));
  await client.connect();
  return events;
};

/** @returns the values of the bytes that came back */
const allBytes = async () => {
  await client.set('all', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
  return [...(await binary().get('all'))];
};

/** @returns the answers to commands that were written without a wait between them */
const pipeline = (count) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => (i % 2 === 0 ? client.rPush('row', String(i)) : client.echo(`echo ${i}`))),
  );

/** Stores so many random bytes. @returns their SHA-256 */
const store = async (key, length) => {
  const value = Buffer.alloc(length);
  // No call gives more.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(value.subarray(at, at + 65_536));
  await client.set(key, value);
  return digest(value);
};

/** @returns the SHA-256 of what is stored */
const fetchDigest = async (key) => digest(await binary().get(key));

/** @returns the answer, and what the client told from its beginning on */
const quit = async () => [await client.quit(), events];

/** @returns how the client's only attempt fails */
const refused = async (port) => {
  const other = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
  other.on('error', () => {});
  const error = await other.connect().then(
    () => null,
    (reason) => reason,
  );
  return { isError: error instanceof Error, code: error.code, message: error.message };
};

/** A socket without a client. @returns what it told, in order, until it was closed */
const ended = (port) =>
  new Promise((resolve) => {
    const told = [];
    const socket = net.createConnection(port, '127.0.0.1', () => told.push('connect'));
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    socket.on('error', (error) => told.push(String(error)));
    socket.on('end', () => told.push(text, 'end'));
    socket.on('close', (hadError) => resolve([...told, 'close', hadError]));
    socket.write('PING\r\nQUIT\r\n');
  });

/** @returns whether both kinds of import give the same, and what else packages take from them */
const face = () => [net.connect === connect, net.isIP === isIP, net.isIP('::1'), typeof net.Socket];

Object.assign(window, { open, allBytes, pipeline, store, fetchDigest, quit, refused, ended, face });
document.getElementById('log').append('ready');
