/** The ways of a program to receive and to send: streams and polls over HTTP, and the WebSocket. */
import { WebSocket } from 'undici';
import type { Parameters, Receiver, Sender } from '../core/types.ts';
import { bytesEdge, type Edge } from '../transport/edge.ts';
import { createFrames } from '../transport/frames.ts';
import { createGate, feed, receiverOf } from '../transport/receiver.ts';
import { bodyOf, formOf } from '../transport/request.ts';
import { type Bridge, post } from './bridge.ts';

const PROTOCOL = 'netwine.1';
const MOST_BYTES = 65_536;
/** No bridge writes a longer first line. */
const MOST_LINE = 16_384;

/** Every Node has typed arrays. */
export const edge = bytesEdge() as Edge<Uint8Array>;

const byPost = (bridge: Bridge, name: 'stream' | 'poll', form: (verb: string) => Parameters): Receiver<Uint8Array> =>
  receiverOf(name, name, true, (question, gate) =>
    post(bridge, question.verb, bodyOf(question, { as: 'frames', ...form(question.verb) }), {
      piece: feed(gate, createFrames(edge, gate)),
      over: gate.over,
    }),
  );

const stream = (bridge: Bridge): Receiver<Uint8Array> => byPost(bridge, 'stream', () => ({}));

/** A connect by poll is to be answered as soon as there is a key. */
const poll = (bridge: Bridge): Receiver<Uint8Array> =>
  byPost(bridge, 'poll', (verb) => ({ mode: 'poll', ...(verb === 'receive' ? {} : { hold: 0 }) }));

const websocket = ({ base, headers, dispatcher }: Bridge): Receiver<Uint8Array> => ({
  name: 'websocket',
  kind: 'socket',
  usable: () => true,
  receive: (ask, on) => {
    const gate = createGate(on);
    const socket = new WebSocket(`${base}receive`.replace(/^http/, 'ws'), { protocols: PROTOCOL, headers, dispatcher });
    const send = (data: string | Uint8Array): void => {
      // What a socket that closes does not take is sent again behind its end.
      if (gate.isOpen() && socket.readyState === socket.OPEN) socket.send(data);
    };
    gate.release(() => socket.close());
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (socket.protocol === PROTOCOL) send(bodyOf(ask()));
      else gate.over(false);
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') gate.record(data);
      else gate.data(new Uint8Array(data));
    };
    socket.onerror = () => gate.over(false);
    socket.onclose = () => gate.over(false);
    return { stop: gate.stop, write: send, say: send };
  },
});

const ways = { websocket, stream, poll };

/** What a program may allow itself. */
export type Transport = keyof typeof ways;

/** The best first. */
export const transports = Object.keys(ways) as Transport[];

export const receivers = (bridge: Bridge, allowed: readonly Transport[]): Receiver<Uint8Array>[] =>
  transports.filter((name) => allowed.includes(name)).map((name) => ways[name](bridge));

/** Posts with an answer of one line. */
export const poster = (bridge: Bridge): Sender<Uint8Array> => ({
  mostBytes: MOST_BYTES,
  send: (verb, { parameters, payload }, done) => {
    const form = formOf(parameters);
    const body = payload === null ? form : Buffer.concat([Buffer.from(`${form}&body=raw\n`), payload]);
    let text = '';
    return post(bridge, verb, body, {
      piece: (chunk) => {
        if (text.length <= MOST_LINE) text += Buffer.from(chunk).toString('latin1');
      },
      over: () => {
        const end = text.indexOf('\n');
        // A line without its end was cut.
        done(end < 0 ? null : text.slice(0, end));
      },
    });
  },
});
