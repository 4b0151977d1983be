/** Receivers by XMLHttpRequest: whole answers, answers as they grow, and answers that carry writes. */
import type { Parameters, Question, Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { hasXhr, isBinaryXhr } from './engine.ts';
import { createFrames } from './frames.ts';
import { createLines } from './lines.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { bodyOf, formOf } from './request.ts';
import { createUpload } from './upload.ts';
import { postXhr } from './xhr.ts';

/** For what keeps all that came: a text that grows, a document. */
export const ROTATE_BYTES = 65_536;

/** What polls ask for: a connect, by whatever path, is to be answered as soon as there is a key. */
export const pollForm = ({ verb }: Question<unknown>): Parameters => ({
  mode: 'poll',
  hold: verb === 'receive' ? undefined : 0,
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
  receiverOf('xhr-stream', 'stream', isBinaryXhr, (question, gate) => {
    const frames = createFrames(edge, gate);
    return postXhr({
      url: base + question.verb,
      body: bodyOf(question, { as: 'binary-text', rotate: ROTATE_BYTES }),
      growing: true,
      text: feed(gate, (piece) => frames(edge.fromBinary(piece))),
      over: gate.over,
    });
  });

export const exchange = <C>(edge: Edge<C>, base: string): Receiver<C> => {
  const connect = startPoll(edge, base);
  return receiverOf('exchange', 'exchange', hasXhr, (question, gate) => {
    const { parameters, payload, verb } = question;
    if (verb !== 'exchange') return connect(question, gate);
    const { body, arrived } = createUpload(edge, formOf(parameters), payload, parameters.at);
    const record = (line: string): void => {
      if (arrived(line)) gate.record(line);
      else gate.over(false);
    };
    const lines = createLines(edge, { record, data: gate.data, alive: gate.alive });
    return postXhr({ url: base + verb, body, text: feed(gate, lines), over: gate.over });
  });
};
