/** A way to the bridge whose next connection is cut, and one request that is sent over it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Cutter, startCutter } from '../support/cutter.ts';
import type { Fate } from '../support/fate.ts';
import { Posts } from './posts.ts';
import type { Scene } from './scenes.ts';
import { comes } from './session-case.ts';
import type { Talk } from './talk.ts';

const MOST_MS = 10_000;

/** A hostile way for one connection at a time, and a good one. */
export interface Lane {
  cutter: Cutter;
  posts: Posts;
  fate: Fate;
}

/** Between clients and the bridge of that port. */
export const startLane = async (port: number): Promise<Lane> => {
  const plan = (): Fate => lane.fate;
  const target = { host: '127.0.0.1', port };
  const lane: Lane = { cutter: await startCutter({ target, plan }), posts: new Posts(port), fate: {} };
  return lane;
};

/** How many of these bytes are all of an answer; null for more than all of them. */
const wholeLength = (scene: Scene, talk: Talk, answer: Buffer): number | null => {
  if (!scene.isWhole(answer, talk)) return null;
  let length = 0;
  while (!scene.isWhole(answer.subarray(0, length), talk)) length += 1;
  return length;
};

/** Writes the request and reads what comes until it is whole or over. @throws where it is neither */
export const ask = async (port: number, scene: Scene, talk: Talk): Promise<number> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let answer = Buffer.alloc(0);
  let length: number | null = null;
  let { more } = scene;
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    if (more && answer.includes('\r\n\r\n')) {
      socket.write(more(talk));
      more = undefined;
    }
    length ??= wholeLength(scene, talk, answer);
    if (length !== null) socket.destroy();
  });
  const over = once(socket, 'close').catch(() => once(socket, 'close'));
  socket.write(scene.request(talk));
  const isOver = await comes(over, MOST_MS);
  socket.destroy();
  if (!isOver) throw new Error(`an answer of ${answer.length} bytes is neither whole nor over`);
  return length ?? answer.length;
};
