/** The way of a plain WebSocket: a client that knows nothing of netwine. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Dialogue, Way } from './dialogue.ts';
import { Inbox } from './inbox.ts';

export const byWebSocket: Way = {
  name: 'a plain WebSocket',
  messages: true,
  open: async (bridge, place): Promise<Dialogue> => {
    const socket = new WebSocket(`${bridge.replace(/^http/, 'ws')}${place}`);
    const inbox = new Inbox();
    const closed = new Promise<void>((resolve) => {
      socket.on('close', (code, reason) => {
        inbox.finish(code === 1000 ? null : new Error(`closed with ${code} ${reason}`));
        resolve();
      });
    });
    socket.on('error', (error) => inbox.finish(error));
    socket.on('message', (message: Buffer) => inbox.push(message));
    await once(socket, 'open');
    return {
      inbox,
      write: (bytes) =>
        new Promise((resolve, reject) => {
          socket.send(bytes, (error) => (error ? reject(error) : resolve()));
        }),
      close: async () => {
        socket.close(1000);
        await closed;
      },
    };
  },
};
