/** Clients that push the pattern at a target as fast as the bridge takes it. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { curl } from '../support/curl.ts';
import { pieceFrom } from './pattern.ts';

/** A push that is going on. */
export interface Push {
  /** How many bytes the client could get rid of so far. */
  readonly sent: number;
  /** No more than so many bytes go out in all; fulfilled when they have. */
  until(bytes: number): Promise<void>;
  /** Ends the up stream behind what was sent. */
  end(): Promise<void>;
  /** Leaves at once. */
  close(): Promise<void>;
}

/** One kind of client. */
export interface UpClient {
  readonly name: string;
  open(bridge: string, target: string): Promise<Push>;
}

const BODY_BYTES = 4 * 1024 * 1024;

const bodyFrom = (offset: number, bytes: number): Buffer => {
  const pieces: Buffer[] = [];
  for (let at = offset; at < offset + bytes; at += pieces.at(-1)?.length ?? 0) pieces.push(pieceFrom(at));
  return Buffer.concat(pieces).subarray(0, bytes);
};

/** Posts of 4 MiB by curl, each from where the bridge says it is. */
const posts: UpClient = {
  name: 'a client of posts',
  open: async (bridge, target) => {
    const connected = await curl(['-d', '', `${bridge}/connect?to=${target}&as=lines&mode=poll&hold=0`]);
    const key = /^OK (\S+)$/m.exec(connected.body.toString('latin1'))?.[1];
    const post = async (query: string, body: Uint8Array): Promise<number> => {
      // Without an Expect header curl sends its body at once.
      const args = ['-H', 'Expect:', '--data-binary', '@-', `${bridge}/send?key=${key}&hold=1&${query}`];
      const { body: answer } = await curl(args, body);
      const next = /^OK (\d+) /.exec(answer.toString('latin1'))?.[1];
      if (next === undefined) throw new Error(`a send was answered with ${answer}`);
      return Number(next);
    };
    let sent = 0;
    return {
      get sent() {
        return sent;
      },
      until: async (bytes) => {
        while (sent < bytes) sent = await post(`at=${sent}`, bodyFrom(sent, Math.min(BODY_BYTES, bytes - sent)));
      },
      end: async () => void (await post(`end=${sent}`, Buffer.alloc(0))),
      close: async () => void (await curl(['-d', `key=${key}`, `${bridge}/close`])),
    };
  },
};

/** Hands one message after another to the system, as long as the other side reads. */
const plain: UpClient = {
  name: 'a plain WebSocket',
  open: async (bridge, target) => {
    const socket = new WebSocket(`${bridge.replace('http', 'ws')}/connect?to=${target}`);
    socket.on('error', () => {});
    await once(socket, 'open');
    let sent = 0;
    const close = async (): Promise<void> => {
      socket.terminate();
      if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
    };
    return {
      get sent() {
        return sent;
      },
      until: async (bytes) => {
        while (sent < bytes) {
          const message = pieceFrom(sent).subarray(0, bytes - sent);
          await new Promise((resolve) => {
            socket.send(message, resolve);
          });
          sent += message.length;
        }
      },
      // The close of such a socket is its end, and what it sent before still goes to the target.
      end: async () => {
        socket.close(1000);
        await once(socket, 'close');
      },
      close,
    };
  },
};

/** Sends no more than the window that the bridge last told. */
const netwine: UpClient = {
  name: 'a WebSocket of netwine.1',
  open: async (bridge, target) => {
    const socket = new WebSocket(`${bridge.replace('http', 'ws')}/connect`, 'netwine.1');
    let [sent, allowed, goal] = [0, 0, 0];
    let done = (): void => {};
    const run = (): void => {
      while (sent < Math.min(allowed, goal)) {
        const message = pieceFrom(sent).subarray(0, Math.min(allowed, goal) - sent);
        socket.send(message);
        sent += message.length;
      }
      if (sent >= goal) done();
    };
    socket.on('message', (text: Buffer) => {
      const [word, first = '', second = '', third = '', fourth = ''] = text.toString('latin1').split(' ');
      if (word === 'OK') allowed = Number(third) + Number(fourth);
      else if (word === 'ACK') allowed = Number(first) + Number(second);
      run();
    });
    await once(socket, 'open');
    socket.send(`to=${target}`);
    return {
      get sent() {
        return sent;
      },
      until: (bytes) =>
        new Promise((resolve) => {
          goal = bytes;
          done = resolve;
          run();
        }),
      end: async () => socket.send('END'),
      close: async () => {
        socket.terminate();
        if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
      },
    };
  },
};

export const upClients: readonly UpClient[] = [posts, plain, netwine];
