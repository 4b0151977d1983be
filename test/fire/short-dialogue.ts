/** A dialogue by every verb and then by WebSocket, in which any answer may be a failure, if it says so. */

import { WebSocket } from 'ws';
import { WsClient } from '../support/ws-client.ts';
import { FAR } from './failing-calls.ts';
import { GREETING } from './failing-target.ts';
import { dataOf, type Posts } from './posts.ts';

const PIECE = Buffer.from('0123456789');
const MOST_POLLS = 50;

/** What became of it. */
export interface Outcome {
  /** The first definite word that ended it early; null where all went well. */
  word: string | null;
  faults: string[];
}

/** Ends a dialogue early. */
class Over extends Error {}

/**
 * A normal end that comes before all bytes have is no such word: somebody cut the stream and hides it.
 * @throws Over where the answer is a failure that says so, an Error where it is nothing at all
 */
const due = (text: string, whole: RegExp): string => {
  const [word] = /^(?:NO|ERR) [A-Z_]+/m.exec(text) ?? [];
  if (whole.test(text)) return text;
  if (word !== undefined && word !== 'ERR CLOSED' && text.endsWith('\n')) throw new Over(word);
  throw new Error(`an answer is ${JSON.stringify(text)}`);
};

const check = (got: Buffer, rounds: number): void => {
  const all = Buffer.concat([GREETING, ...Array.from({ length: rounds }, () => PIECE)]);
  if (!all.subarray(0, got.length).equals(got)) throw new Error(`other bytes came: ${got}`);
};

const byVerbs = async (posts: Posts, nonce: string, rounds: number): Promise<void> => {
  const ask = async (path: string, body: Uint8Array | undefined, whole: RegExp): Promise<string> =>
    due((await posts.post(path, body)).text, whole);
  const opened = await ask(`/connect?to=${FAR}&nonce=${nonce}&mode=poll&hold=0`, undefined, /^OK .*\n/);
  const [, key = ''] = /^OK (\S+)\n/.exec(opened) ?? [];
  const at = (round: number): number => round * PIECE.length;
  let got = Buffer.alloc(0);
  const take = (text: string): void => {
    got = Buffer.concat([got, dataOf(text)]);
    check(got, rounds + 1);
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      await ask(`/send?key=${key}&at=${at(round)}`, PIECE, /^OK \d+ \d+ \d+\n$/);
      const wanted = GREETING.length + at(round + 1);
      for (let polls = 0; got.length < wanted && polls < MOST_POLLS; polls += 1)
        take(await ask(`/receive?key=${key}&from=${got.length}&mode=poll&hold=5`, undefined, /^AGAIN\n$/m));
    }
    take(await ask(`/exchange?key=${key}&at=${at(rounds)}&from=${got.length}`, PIECE, /^AGAIN\n$/m));
    await ask(`/send?key=${key}&end=${at(rounds + 1)}`, undefined, /^OK \d+ \d+ \d+ END\n$/);
    for (let text = ''; !text.includes('ERR CLOSED'); ) {
      text = await ask(`/receive?key=${key}&from=${got.length}&as=lines`, undefined, /^(?:AGAIN|ERR CLOSED .*)\n$/m);
      take(text);
    }
    if (got.length !== GREETING.length + at(rounds + 1)) throw new Error(`${got.length} bytes came`);
  } finally {
    const { text } = await posts.post(`/close?key=${key}`);
    if (text !== 'OK\n') due('close', /^OK\n$/);
  }
};

const bySocket = async (port: number, nonce: string, rounds: number): Promise<void> => {
  const socket = new WsClient(
    new WebSocket(`ws://127.0.0.1:${port}/connect`, 'netwine.1', { perMessageDeflate: false }),
  );
  socket.ws.once('open', () => socket.send(`to=${FAR}&nonce=${nonce}`));
  // Bytes of ours may follow once the session is there.
  socket.ws.once('message', (first: Buffer) => {
    if (!first.toString().startsWith('OK ')) return;
    for (let round = 0; round < rounds; round += 1) socket.send(PIECE);
    socket.send('END');
  });
  const { code } = await socket.rest();
  check(socket.bytes, rounds);
  if (code === 1000 && socket.bytes.length === GREETING.length + rounds * PIECE.length) return;
  if (code >= 4000) throw new Over(`closed with ${code}`);
  throw new Error(`the WebSocket is closed with ${code} after ${socket.bytes.length} bytes`);
};

/** Runs it. Never rejects. */
export const converse = async (posts: Posts, port: number, rounds: number): Promise<Outcome> => {
  const outcome: Outcome = { word: null, faults: [] };
  const nonce = `nonce-${process.pid}-${performance.now()}`.padEnd(24, '0');
  for (const part of [() => byVerbs(posts, `${nonce}v`, rounds), () => bySocket(port, `${nonce}w`, rounds)]) {
    await part().catch((error: Error) => {
      if (error instanceof Over) outcome.word ??= error.message;
      else outcome.faults.push(error.message);
    });
  }
  return outcome;
};
