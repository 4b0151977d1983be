/** Ways to receive for the client's core over an unreliable link: in every encoding, read as the engines' own ways read them. */
import type { Parameters, Question, Receiver } from '../../client/core/types.ts';
import type { Edge } from '../../client/transport/edge.ts';
import { createFrames } from '../../client/transport/frames.ts';
import { createLines, readLine } from '../../client/transport/lines.ts';
import { createGate, feed, type Gate, receiverOf, type Start } from '../../client/transport/receiver.ts';
import { type Asking, bodyOf, formOf, ticketQuery } from '../../client/transport/request.ts';
import type { Random } from './memory-pair.ts';
import { type Net, post, request, upload } from './memory-sender.ts';
import { readEvents, readHtml, readScript } from './memory-texts.ts';

const CALLBACK = 7;
const AS_BINARY_TEXT = 0xf700;

/** Reads pieces of an answer, of which each character is a byte, and its end. */
interface Reading {
  piece(text: string): void;
  /** Where it is left out the end says nothing more. */
  end?(): void;
}

type Read = <C>(edge: Edge<C>, gate: Gate<C>) => Reading;

const lines: Read = (edge, gate) => ({ piece: feed(gate, createLines(edge, gate)) });

const frames: Read = (edge, gate) => {
  const take = feed(gate, createFrames(edge, gate));
  return { piece: (text) => take(edge.fromBinary(text)) };
};

/** As engines show bytes beyond ASCII in this charset. */
const binaryText: Read = (edge, gate) => {
  const { piece } = frames(edge, gate);
  return {
    piece: (text) =>
      piece(text.replace(/[\x80-\xff]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) | AS_BINARY_TEXT))),
  };
};

const html: Read = (edge, gate) => ({
  piece: readHtml(
    CALLBACK,
    feed(gate, (line: string) => readLine(edge, line, gate)),
  ),
});

const events: Read = (edge, gate) => {
  const take = feed(gate, (line: string) => readLine(edge, line, gate));
  return {
    piece: readEvents((line) => {
      take(line);
      if (/^(AGAIN|MOVED|NO|ERR)\b/.test(line)) gate.over(true);
    }),
  };
};

/** A script runs as a whole or not at all. */
const script: Read = (edge, gate) => {
  let all = '';
  return {
    piece: (text) => {
      all += text;
    },
    end: () => {
      const text = readScript(CALLBACK, all);
      if (text !== null) feed(gate, createLines(edge, gate))(text);
    },
  };
};

const listen = <C>(edge: Edge<C>, gate: Gate<C>, read: Read) => {
  const { piece, end } = read(edge, gate);
  return {
    text: (text: string) => {
      if (gate.isOpen()) piece(text);
    },
    over: () => {
      if (gate.isOpen()) end?.();
      gate.over(true);
    },
  };
};

const byPost =
  <C>(net: Net<C>, read: Read, form: (question: Question<C>) => Parameters): Start<C> =>
  (question, gate) =>
    post(net, question.verb, Buffer.from(bodyOf(question, form(question))), listen(net.edge, gate, read));

/** A connect, by whatever path, is to be answered as soon as there is a key. */
const pollForm = ({ verb }: Question<unknown>): Parameters => ({
  mode: 'poll',
  hold: verb === 'receive' ? undefined : 0,
});

const byTicket =
  <C>(net: Net<C>, read: Read, form: Parameters): Start<C> =>
  (question, gate) => {
    if (question.verb !== 'receive') return byPost(net, lines, pollForm)(question, gate);
    const { key, reader } = question.parameters;
    let first = '';
    let leave = post(net, 'ticket', Buffer.from(formOf({ key, reader })), {
      text: (text) => {
        first += text;
      },
      over: () => {
        const line = /^(.*)\n/.exec(first)?.[1];
        if (!gate.isOpen()) return;
        if (line?.startsWith('OK ')) {
          const url = `/${ticketQuery(question, line.slice(3), form)}`;
          leave = request(net, { method: 'GET', url, body: Buffer.alloc(0) }, listen(net.edge, gate, read));
          return;
        }
        if (line !== undefined) gate.record(line);
        gate.over(line !== undefined);
      },
    });
    return () => leave();
  };

const exchange = <C>(net: Net<C>): Receiver<C> =>
  receiverOf('exchange', 'exchange', true, (question: Asking<C>, gate) => {
    if (question.verb !== 'exchange') return byPost(net, lines, pollForm)(question, gate);
    const body = upload(net, question.parameters, question.payload);
    return post(net, 'exchange', body, listen(net.edge, gate, lines));
  });

const websocket = <C>({ edge, bridge, turns, random }: Net<C>): Receiver<C> => ({
  name: 'websocket',
  kind: 'socket',
  usable: () => true,
  receive: (ask, on) => {
    const gate = createGate(on);
    let send = (_message: string | Uint8Array): void => {};
    const cancel = turns.in(random.below(8), () => {
      const end = bridge.open(bodyOf(ask()), {
        message: (message) => {
          if (typeof message === 'string') gate.record(message);
          else gate.data(edge.fromBytes(new Uint8Array(message)));
        },
        close: () => gate.over(false),
      });
      send = (message) => end.send(message);
      gate.release(() => {
        if (random.chance(0.5)) end.close();
      });
    });
    gate.release(cancel);
    return { stop: gate.stop, write: (chunk) => send(Buffer.from(edge.toBytes(chunk))), say: (record) => send(record) };
  },
});

const withPost = <C>(
  net: Net<C>,
  name: string,
  { kind = 'stream', read, form }: { kind?: 'stream' | 'poll'; read: Read; form: Parameters },
): Receiver<C> =>
  receiverOf(
    name,
    kind,
    true,
    byPost(net, read, (question) => (kind === 'poll' ? { ...pollForm(question), ...form } : form)),
  );

/** All ways, by the names of the engines' own, the best first. */
export const memoryReceivers = <C>(net: Net<C>): Receiver<C>[] => [
  websocket(net),
  withPost(net, 'fetch-stream', { read: frames, form: { as: 'frames' } }),
  withPost(net, 'xhr-stream', { read: binaryText, form: { as: 'binary-text', rotate: 65_536 } }),
  withPost(net, 'xdr', { read: lines, form: { as: 'lines', pad: 2048, rotate: 65_536, status: 200 } }),
  withPost(net, 'html-frame', { read: html, form: { as: 'html', callback: CALLBACK } }),
  receiverOf('events', 'stream', true, byTicket(net, events, { as: 'events' })),
  withPost(net, 'xhr-poll', { kind: 'poll', read: lines, form: {} }),
  withPost(net, 'xhr-frames', { kind: 'poll', read: frames, form: { as: 'frames' } }),
  receiverOf('script-poll', 'poll', true, byTicket(net, script, { as: 'script', mode: 'poll', callback: CALLBACK })),
  exchange(net),
];

export const NAMES = [
  'websocket',
  'fetch-stream',
  'xhr-stream',
  'xdr',
  'html-frame',
  'events',
  'xhr-poll',
  'xhr-frames',
  'script-poll',
  'exchange',
] as const;

/** @returns one of a list that is not empty */
export const oneOf = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)] as T;
