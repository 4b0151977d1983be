/**
 * A class shaped like the engine's `WebSocket`, over a connection of ours: for libraries that let a program choose theirs.
 * A stream has no messages: each piece of it that comes is one, unless the target's framing is `packets`. [WebSockets 3]
 */
import type { Final } from '../core/types.ts';
import { bytesEdge, type Edge, stringEdge } from '../transport/edge.ts';
import { closeCodeOf } from './close-codes.ts';
import { createEvents } from './events.ts';
import { type BlobLike, isBlob, readBlob, received, sendable } from './message-data.ts';
import { createPackets, encodePacket } from './packets.ts';
import { connect } from './socket.ts';
import type { Data, SocketOptions } from './socket-types.ts';
import { createTextDecoding, encodeText } from './utf8.ts';
import { addressOf, checkClose, checkProtocols, fault } from './websocket-rules.ts';
import type { WebSocketClass, WebSocketFace, WebSocketOptions } from './websocket-types.ts';

export type { WebSocketClass, WebSocketFace, WebSocketOptions } from './websocket-types.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
const constants = { CONNECTING, OPEN, CLOSING, CLOSED };

const CLEAN = 1000;
/** A close without a code, and a connection that broke. [RFC 6455 7.4.1] */
const NO_CODE = 1005;
const BROKEN = 1006;

type Chunk = string | Uint8Array;

const bytes = bytesEdge();
/** Chunks are of one kind in an engine, so each is what this edge takes. */
const edge = (bytes || stringEdge) as unknown as Edge<Chunk>;

const adopt = (to: object, values: object): void => {
  for (const name in values) (to as Data)[name] = (values as Data)[name];
};

interface Begun {
  to: string;
  protocol: string;
  origin: string;
  how: SocketOptions;
  binary: WebSocketOptions['binary'];
}

const begin = (face: WebSocketFace, { to, protocol, origin, how, binary }: Begun): void => {
  const { tell, addEventListener, removeEventListener } = createEvents(face as unknown as { [name: string]: unknown });
  const socket = connect(to, how);
  const decoding = createTextDecoding();
  const packets = createPackets(edge);
  let framed = false;
  /** How a close of ours is told; null where the other side has to say. */
  let closing: { code: number; reason: string } | null = null;
  /** What waits for a Blob to be read, and how many bytes that is; and bytes that were sent when it was too late. */
  const queue: (Chunk | BlobLike)[] = [];
  let queuedBytes = 0;
  let lateBytes = 0;

  const count = (): void => {
    face.bufferedAmount = socket.bufferedAmount() + queuedBytes + lateBytes;
  };
  const write = (chunk: Chunk): void => {
    socket.write(framed ? encodePacket(edge, chunk) : chunk);
  };
  const chunkOf = (data: Chunk): Chunk =>
    typeof data === 'string' ? edge.fromBinary(binary === 'string' ? data : encodeText(data)) : edge.fromBytes(data);
  /** In order, though a Blob takes its time. */
  const flush = (): void => {
    while (queue.length > 0 && !isBlob(queue[0])) write(queue.shift() as Chunk);
    if (queue.length === 0) queuedBytes = 0;
    if (queue.length === 0 && face.readyState === CLOSING) socket.leave();
    count();
  };
  const read = (blob: BlobLike): void => {
    readBlob(blob, (chunk) => {
      if (!chunk) return socket.close();
      for (let i = 0; i < queue.length; i += 1) if (queue[i] === blob) queue[i] = edge.fromBytes(chunk);
      if (face.readyState !== CLOSED) flush();
    });
  };
  const send = (given: unknown): void => {
    if (face.readyState === CONNECTING) throw fault('InvalidStateError', 'This is not open yet.');
    const blob = isBlob(given) ? given : null;
    const chunk = blob ? edge.fromBinary('') : chunkOf(sendable(given));
    const size = blob ? blob.size : edge.size(chunk);
    if (face.readyState !== OPEN) lateBytes += size;
    else if (blob || queue.length > 0) {
      queuedBytes += size;
      // A copy: the sender may use its own again.
      queue.push(blob || edge.join([chunk]));
      if (blob) read(blob);
    } else write(chunk);
    count();
  };

  const leave = (code: number, reason: string): void => {
    closing = { code, reason };
    face.readyState = CLOSING;
    if (queue.length === 0) socket.leave();
  };
  const close = (code?: number, reason?: string): void => {
    const text = checkClose(code, reason);
    if (face.readyState === OPEN) leave(code === undefined ? NO_CODE : code, text);
    else if (face.readyState === CONNECTING) {
      closing = { code: BROKEN, reason: '' };
      face.readyState = CLOSING;
      socket.close();
    }
  };
  const message = (chunk: Chunk): void => {
    const data = binary === 'text' ? decoding.push(edge.toBinary(chunk)) : chunk;
    if (face.readyState !== OPEN || (data === '' && !framed)) return;
    const shown = binary === 'string' ? edge.toBinary(chunk) : received(data, face.binaryType);
    tell('message', { data: shown, origin, lastEventId: '' });
  };
  const over = (final: Final): void => {
    const code = closing ? closing.code : closeCodeOf(final);
    const wasClean = code === CLEAN || (closing !== null && code !== BROKEN);
    face.readyState = CLOSED;
    count();
    if (!wasClean) tell('error');
    tell('close', { code, reason: closing ? closing.reason : code === CLEAN ? '' : final.text, wasClean });
  };

  socket.onopen = () => {
    if (face.readyState !== CONNECTING) return;
    framed = socket.status().info.framing === 'packets';
    face.readyState = OPEN;
    face.protocol = protocol;
    tell('open');
  };
  socket.ondata = (chunk: Chunk) => {
    const all = framed ? packets(chunk) : [chunk];
    for (let i = 0; i < all.length; i += 1) message(all[i] as Chunk);
  };
  // What we said is still brought to the target, which has nothing more to say.
  socket.onend = () => {
    if (face.readyState === OPEN) leave(CLEAN, '');
  };
  socket.onclose = over;
  socket.onchange = count;
  adopt(face, constants);
  adopt(face, { readyState: CONNECTING, bufferedAmount: 0, protocol: '', extensions: '', binaryType: 'blob' });
  adopt(face, { onopen: null, onmessage: null, onerror: null, onclose: null });
  adopt(face, { send, close, addEventListener, removeEventListener });
  face.dispatchEvent = (event) => {
    tell(event.type, event as unknown as { [name: string]: unknown });
    return true;
  };
};

/**
 * A class whose instances connect to `to`, whatever address they are given; without `to` the address says it, as
 * `ws://bridge/connect?to=host:port` or `ws://bridge/route`.
 */
export const webSocket = (to: string | null, options: WebSocketOptions = {}): WebSocketClass => {
  const Face = function (this: WebSocketFace, url: string, protocols?: string | string[]): void {
    const protocol = checkProtocols(protocols);
    const address = to === null ? addressOf(String(url), options.url) : { to, base: options.url, token: undefined };
    const how: SocketOptions = {};
    adopt(how, options);
    adopt(how, { url: address.base, token: options.token || address.token, binary: bytes ? 'bytes' : 'string' });
    this.url = String(url);
    const origin = this.url.replace(/^([^/]*\/\/[^/?#]*).*/, '$1');
    begin(this, { to: address.to, protocol, origin, how, binary: options.binary });
  };
  adopt(Face, constants);
  return Face as unknown as WebSocketClass;
};

export const WebSocket = webSocket(null);
