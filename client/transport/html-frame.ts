/** The receiver of engines that show a document as it grows: the forever frame, and the htmlfile. [PROTOCOL 5, html] */
import { mix } from '../core/record.ts';
import type { Parameters, Question, Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { canFrame, hasXhr } from './engine.ts';
import { isEarly, postInFrame } from './frame.ts';
import { readLine } from './lines.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { bodyOf } from './request.ts';
import { ROTATE_BYTES, startPoll } from './xhr-receivers.ts';

/** @param form what is asked for beside the question */
export const startInFrame =
  <C>(edge: Edge<C>, base: string, form: (question: Question<C>) => Parameters): Start<C> =>
  (question, gate) =>
    postInFrame({
      url: base + question.verb,
      form: bodyOf(question, form(question)),
      line: feed(gate, (text) => readLine(edge, text, gate)),
      over: gate.over,
      waits: gate.alive as () => void,
    });

/** Seconds: a stream that is silent for longer, and never was seen to stream, would be given up. */
const HOLD = 1;

export const htmlFrame = <C>(edge: Edge<C>, base: string): Receiver<C> => {
  const stream = startInFrame(edge, base, () => ({ rotate: ROTATE_BYTES }));
  const poll = startPoll(edge, base);
  return receiverOf('html-frame', 'stream', canFrame(base), (question, gate) => {
    const { verb, payload, more, parameters } = question;
    if (!hasXhr || !isEarly()) return stream(question, gate);
    const hold = parameters.hold === undefined && verb === 'receive' ? HOLD : parameters.hold;
    return poll({ verb, payload, more, parameters: mix(mix({}, parameters), { hold }) }, gate);
  });
};
