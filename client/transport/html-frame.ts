/** The receiver of engines that show a document as it grows: the forever frame, and the htmlfile. [PROTOCOL 5, html] */
import type { Parameters, Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { canFrame } from './engine.ts';
import { postInFrame } from './frame.ts';
import { readLine } from './lines.ts';
import { feed, receiverOf, type Start } from './receiver.ts';
import { pairsOf } from './request.ts';
import { ROTATE_BYTES } from './xhr-receivers.ts';

/** @param form how to ask */
export const startInFrame =
  <C>(edge: Edge<C>, base: string, form: Parameters): Start<C> =>
  ({ verb, parameters, more }, gate) =>
    postInFrame({
      url: base + verb,
      pairs: pairsOf(parameters, form, more),
      line: feed(gate, (text) => readLine(edge, text, gate)),
      over: gate.over,
    });

export const htmlFrame = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf('html-frame', 'stream', canFrame(base), startInFrame(edge, base, { rotate: ROTATE_BYTES }));
