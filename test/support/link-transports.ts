/** Ways to receive and to send for the client's core over an unreliable link to the model bridge. */
import type {
  AnswerEvents,
  Answering,
  Bytes,
  Parameters,
  Question,
  Receiver,
  Sender,
} from '../../client/core/types.ts';
import type { Link } from './link.ts';
import type { Random } from './memory-pair.ts';
import type { ModelServer, ReceiveAsk } from './model-client.ts';
import { lines, type SendAsk } from './model-writer.ts';

/** A poll of the model bridge is held for 60 turns, and it pings every 25. */
export const MS_A_TURN = 100;

export const bufferBytes: Bytes<Buffer> = {
  size: (chunk) => chunk.length,
  cut: (chunk, from, to) => chunk.subarray(from, to),
  join: (chunks) => Buffer.concat(chunks),
};

interface Parts {
  link: Link;
  server: ModelServer;
  windowBytes: number;
  random: Random;
}

const receiveAsk = ({ parameters }: Question<Buffer>, mode: ReceiveAsk['mode'], rotate: number): ReceiveAsk => ({
  from: Number(parameters.from),
  reader: Number(parameters.reader),
  mode,
  rotate,
  ended: parameters.ended === 1,
});

const sendAsk = (parameters: Parameters, payload: Buffer | null): SendAsk => {
  const ask: SendAsk = { payload: payload ?? Buffer.alloc(0) };
  for (const name of ['at', 'ack', 'end'] as const) {
    if (parameters[name] !== undefined) ask[name] = Number(parameters[name]);
  }
  return ask;
};

/** Hands on what lines say, until it is stopped or over. */
const heard = (on: AnswerEvents<Buffer>) => {
  let live = true;
  const listener = lines({
    line: (line: string) => {
      if (!live) return;
      if (line.startsWith('DATA ')) on.data(Buffer.from(line.slice(5), 'base64'));
      else on.record(line);
    },
    over: () => {
      if (!live) return;
      live = false;
      on.over(true);
    },
  });
  const stop = (): void => {
    live = false;
  };
  return { listener, stop, isLive: () => live };
};

const byRequest =
  (mode: 'poll' | 'stream', { link, server, windowBytes, random }: Parts) =>
  (ask: () => Question<Buffer>, on: AnswerEvents<Buffer>): Answering<Buffer> => {
    const { listener, stop } = heard(on);
    let leave = (): void => {};
    // Never before the caller has what to stop.
    const cancel = link.turns.in(0, () => {
      const question = ask();
      const reading = receiveAsk(question, mode, 1 + random.below(2 * windowBytes));
      leave = link.request((answer) => {
        if (question.verb === 'exchange') {
          server.exchange({ ...reading, ...sendAsk(question.parameters, question.payload) }, answer);
        } else server.receive(reading, answer);
      }, listener);
    });
    return {
      stop: () => {
        stop();
        cancel();
        leave();
      },
    };
  };

const bySocket =
  ({ link, server, windowBytes, random }: Parts) =>
  (ask: () => Question<Buffer>, on: AnswerEvents<Buffer>): Answering<Buffer> => {
    let live = true;
    let send = (_message: string | Buffer): void => {};
    let close = (): void => {};
    const cancel = link.turns.in(random.below(8), () => {
      const reading = receiveAsk(ask(), 'poll', 1 + random.below(2 * windowBytes));
      const end = link.open((serverEnd) => server.socket(reading, serverEnd), {
        message: (message) => {
          if (!live) return;
          if (typeof message === 'string') on.record(message);
          else on.data(Buffer.from(message));
        },
        close: () => {
          if (!live) return;
          live = false;
          on.over(false);
        },
      });
      send = (message) => end.send(message);
      close = () => end.close();
    });
    return {
      stop: () => {
        live = false;
        cancel();
        if (random.chance(0.5)) close();
      },
      write: (chunk) => send(Buffer.from(chunk)),
      say: (record) => send(record),
    };
  };

/** All kinds of receivers, the best first. */
export const linkReceivers = (parts: Parts): Receiver<Buffer>[] => [
  { name: 'socket', kind: 'socket', usable: () => true, receive: bySocket(parts) },
  { name: 'stream', kind: 'stream', usable: () => true, receive: byRequest('stream', parts) },
  { name: 'exchange', kind: 'exchange', usable: () => true, receive: byRequest('poll', parts) },
  { name: 'poll', kind: 'poll', usable: () => true, receive: byRequest('poll', parts) },
];

export const linkSender = ({ link, server }: Pick<Parts, 'link' | 'server'>): Sender<Buffer> => ({
  mostBytes: 256,
  send: (verb, { parameters, payload }, done) => {
    if (verb === 'close') return () => {};
    let live = true;
    let first: string | null = null;
    const listener = lines({
      line: (line: string) => {
        first ??= line;
      },
      over: () => {
        if (!live) return;
        live = false;
        done(first);
      },
    });
    const leave = link.request((answer) => server.send(sendAsk(parameters, payload), answer), listener);
    return () => {
      live = false;
      leave();
    };
  },
});
