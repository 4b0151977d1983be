/** The receiver of engines that show a document as it grows: the forever frame, and the htmlfile. [PROTOCOL 5, html] */
import type { Parameters, Question, Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { canFrame } from './engine.ts';
import { postInFrame } from './frame.ts';
import { readLine } from './lines.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { bodyOf } from './request.ts';
import { ROTATE_BYTES } from './xhr-receivers.ts';

/** @param form what is asked for beside the question */
export const startInFrame =
  <C>(edge: Edge<C>, base: string, form: (question: Question<C>) => Parameters): Start<C> =>
  (question, gate) =>
    postInFrame({
      url: base + question.verb,
      form: bodyOf(question, form(question)),
      line: feed(gate, (text) => readLine(edge, text, gate)),
      over: gate.over,
    });

export const htmlFrame = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf(
    'html-frame',
    'stream',
    canFrame(base),
    startInFrame(edge, base, () => ({ rotate: ROTATE_BYTES })),
  );
