/** The receiver of engines that show a document as it grows: the forever frame, and the htmlfile. [PROTOCOL 5, html] */
import { mix } from '../core/record.ts';
import type { Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { canFrame, hasXhr } from './engine.ts';
import { isEarly, postInFrame } from './frame.ts';
import { readLine } from './lines.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { bodyOf } from './request.ts';
import { ROTATE_BYTES, startPoll } from './xhr-receivers.ts';

/** Seconds: a stream that is silent for longer, and never was seen to stream, would be given up. */
const HOLD = 1;

export const htmlFrame = <C>(edge: Edge<C>, base: string): Receiver<C> => {
  const stream: Start<C> = (question, gate) =>
    postInFrame({
      url: base + question.verb,
      form: bodyOf(question, { rotate: ROTATE_BYTES }),
      line: feed(gate, (text) => readLine(edge, text, gate)),
      over: gate.over,
      waits: gate.alive as () => void,
    });
  const poll = startPoll(edge, base);
  return receiverOf('html-frame', 'stream', canFrame(base), (question, gate) => {
    const { verb, payload, more, parameters } = question;
    if (!hasXhr || !isEarly()) return stream(question, gate);
    const hold = parameters.hold === undefined && verb === 'receive' ? HOLD : parameters.hold;
    return poll({ verb, payload, more, parameters: mix(mix({}, parameters), { hold }) }, gate);
  });
};
