/** Clients that read only when they are asked to: what a client that stops reading looks like from outside. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { streamCurl } from '../support/curl.ts';

/** A stream from a target, pulled piece by piece. Between two pulls nothing is read. */
export interface Pulled {
  next(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One kind of client. */
export interface DownClient {
  readonly name: string;
  open(bridge: string, target: string): Promise<Pulled>;
}

const pull = async (pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> => {
  const { value, done } = await pieces.next();
  if (done) throw new Error('the stream has ended');
  return value;
};

/** A raw stream to curl, whose output nobody reads. */
const raw: DownClient = {
  name: 'a raw stream to curl',
  open: async (bridge, target) => {
    const stream = streamCurl(['-X', 'POST', `${bridge}/connect?to=${target}`]);
    const pieces = stream.body[Symbol.asyncIterator]();
    const first = Buffer.from(await pull(pieces));
    const rest = first.subarray(first.indexOf('\n') + 1);
    let isFirst = true;
    return {
      next: async () => {
        if (!isFirst || rest.length === 0) return await pull(pieces);
        isFirst = false;
        return rest;
      },
      close: stream.stop,
    };
  },
};

const RECORD_HEAD_BYTES = 4;

/** The frames of an answer, as they come: bytes, or a record as text. [PROTOCOL 5] */
async function* readFrames(response: Response): AsyncGenerator<Buffer | string> {
  let kept: Buffer = Buffer.alloc(0);
  for await (const bytes of response.body ?? []) {
    kept = Buffer.concat([kept, bytes]);
    while (kept.length >= RECORD_HEAD_BYTES) {
      const end = RECORD_HEAD_BYTES + kept.readUIntBE(1, 3);
      if (kept.length < end) break;
      const payload = kept.subarray(RECORD_HEAD_BYTES, end);
      yield kept[0] === 0x44 ? payload : payload.toString('latin1');
      kept = kept.subarray(end);
    }
  }
}

/** The bytes of a session, answer after answer. The next receive acknowledges what came before it. */
async function* readSession(bridge: string, target: string): AsyncGenerator<Uint8Array> {
  const nonce = randomBytes(18).toString('base64url');
  const ask = async (path: string, body: string): Promise<Response> =>
    await fetch(`${bridge}${path}`, { method: 'POST', body: `${body}&as=frames` });
  let response = await ask('/connect', `to=${target}&nonce=${nonce}`);
  let key = '';
  let from = 0;
  for (;;) {
    for await (const frame of readFrames(response)) {
      if (typeof frame !== 'string') {
        from += frame.length;
        yield frame;
      } else if (frame.startsWith('OK ')) key = frame.slice(3);
      else if (/^(NO|ERR|MOVED) /.test(frame)) throw new Error(frame);
    }
    response = await ask('/receive', `key=${key}&from=${from}`);
  }
}

const frames: DownClient = {
  name: 'a frames stream',
  open: async (bridge, target) => {
    const pieces = readSession(bridge, target);
    return { next: () => pull(pieces), close: async () => void (await pieces.return(undefined)) };
  },
};

/** Reads one message at a time. @param took told of each one's length, before the next is read */
const pullMessages = (socket: WebSocket, took: (bytes: number) => void): Pulled => {
  const waiting: Buffer[] = [];
  let wake: (() => void) | null = null;
  socket.on('message', (message: Buffer, isBinary) => {
    if (!isBinary) return;
    waiting.push(message);
    socket.pause();
    wake?.();
  });
  return {
    next: async () => {
      if (waiting.length === 0) {
        const came = new Promise<void>((resolve) => {
          wake = resolve;
        });
        socket.resume();
        await came;
      }
      const message = waiting.shift() ?? Buffer.alloc(0);
      took(message.length);
      return message;
    },
    close: async () => {
      socket.terminate();
      if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
    },
  };
};

const plain: DownClient = {
  name: 'a plain WebSocket',
  open: async (bridge, target) => {
    const socket = new WebSocket(`${bridge.replace('http', 'ws')}/connect?to=${target}`);
    const pulled = pullMessages(socket, () => {});
    await once(socket, 'open');
    return pulled;
  },
};

const netwine: DownClient = {
  name: 'a WebSocket of netwine.1',
  open: async (bridge, target) => {
    const socket = new WebSocket(`${bridge.replace('http', 'ws')}/connect`, 'netwine.1');
    let from = 0;
    const pulled = pullMessages(socket, (bytes) => {
      from += bytes;
      socket.send(`ACK ${from}`);
    });
    await once(socket, 'open');
    socket.send(`to=${target}`);
    return pulled;
  },
};

export const downClients: readonly DownClient[] = [raw, frames, plain, netwine];
