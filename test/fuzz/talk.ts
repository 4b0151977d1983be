/** Raw bytes to a bridge, and what comes back until there is enough of it or the connection is over. */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface Talk {
  port: number;
  /** Bytes, one character each. */
  say: string;
  /** True when what came, one character a byte, is enough to be judged. */
  enough: (text: string) => boolean;
  /** What to say once it was enough for the first time, and when it is enough then. */
  next?: { say: string; enough: (text: string) => boolean };
}

export interface Heard {
  text: string;
  /** Who was done first: we had heard enough, the bridge closed, or nothing came and we finished. */
  by: 'us' | 'bridge' | 'patience';
  /** The connection was not over long after we had finished. */
  hangs: boolean;
}

/** A request that is not whole is not answered: then we say that no more will come. */
const PATIENCE_MS = 400;
/** What the bridge has for a connection that nothing more comes on, with much to spare. */
const HANG_MS = 12_000;

/** Says it, and hears the answer. */
export const talk = async ({ port, say, enough, next: later }: Talk): Promise<Heard> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const heard: Heard = { text: '', by: 'bridge', hangs: false };
  socket.on('error', () => {});
  let wanted = enough;
  let next = later;
  socket.on('data', (chunk) => {
    heard.text += chunk.toString('latin1');
    if (!wanted(heard.text)) return;
    if (next && heard.text.startsWith('HTTP/1.1 101')) {
      wanted = next.enough;
      socket.write(next.say, 'latin1');
      next = undefined;
      return;
    }
    heard.by = 'us';
    socket.destroy();
  });
  socket.once('end', () => socket.end());
  socket.write(say, 'latin1');
  const impatient = setTimeout(() => {
    heard.by = 'patience';
    socket.end();
  }, PATIENCE_MS);
  const hung = setTimeout(() => {
    heard.hangs = true;
    socket.destroy();
  }, HANG_MS);
  await once(socket, 'close').catch(() => {});
  clearTimeout(impatient);
  clearTimeout(hung);
  return heard;
};
