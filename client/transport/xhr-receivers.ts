/** Receivers by XMLHttpRequest: whole answers, answers as they grow, and answers that carry writes. */
import type { Parameters, Question, Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { hasXhr, isBinaryXhr, isNativeXhr } from './engine.ts';
import { createFrames } from './frames.ts';
import { createLines } from './lines.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { bodyOf, pairsOf } from './request.ts';
import { createUpload } from './upload.ts';
import { postXhr } from './xhr.ts';

/** For what keeps all that came: a text that grows, a document. */
export const ROTATE_BYTES = 65_536;

/** As old engines see streams: they show nothing before so much has come, and cannot read what came with a failure. */
export const paddedLines = { as: 'lines', pad: 2048, rotate: ROTATE_BYTES, status: 200 };

/** What polls ask for. A connect says how long it waits only where the session knows that it is a poll. */
export const pollForm = ({ parameters, verb }: Question<unknown>): Parameters => ({
  mode: 'poll',
  hold: verb === 'connect' && parameters.hold === undefined ? 0 : undefined,
});

export const startPoll =
  <C>(edge: Edge<C>, base: string): Start<C> =>
  (question, gate) =>
    postXhr({
      url: base + question.verb,
      body: bodyOf(question, pollForm(question)),
      text: feed(gate, createLines(edge, gate)),
      over: gate.over,
    });

export const xhrPoll = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf('xhr-poll', 'poll', hasXhr, startPoll(edge, base));

export const xhrStream = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf('xhr-stream', 'stream', isNativeXhr, (question, gate) => {
    const frames = createFrames(edge, gate);
    return postXhr({
      url: base + question.verb,
      body: bodyOf(question, isBinaryXhr ? { as: 'binary-text', rotate: ROTATE_BYTES } : paddedLines),
      growing: true,
      binary: isBinaryXhr,
      text: feed(gate, isBinaryXhr ? (piece) => frames(edge.fromBinary(piece)) : createLines(edge, gate)),
      over: gate.over,
    });
  });

export const exchange = <C>(edge: Edge<C>, base: string): Receiver<C> => {
  const connect = startPoll(edge, base);
  return receiverOf('exchange', 'exchange', hasXhr, (question, gate) => {
    const { parameters, payload, verb } = question;
    if (verb !== 'exchange') return connect(question, gate);
    const { body, arrived } = createUpload(edge, pairsOf(parameters), payload, parameters.at);
    const record = (line: string): void => {
      if (arrived(line)) gate.record(line);
      else gate.over(false);
    };
    const lines = createLines(edge, { record, data: gate.data, alive: gate.alive });
    return postXhr({ url: base + verb, body, text: feed(gate, lines), over: gate.over });
  });
};
