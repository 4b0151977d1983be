/** The receiver of engines whose `fetch` shows an answer as it comes. */
import type { Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { attempted, hasTypedArrays, nothing } from './engine.ts';
import { createFrames } from './frames.ts';
import { feed, receiverOf } from './receiver.ts';
import { bodyOf } from './request.ts';

interface Later<T> {
  then(run: (value: T) => void, fail?: () => void): Later<void>;
}
interface Reader {
  read(): Later<{ done: boolean; value?: Uint8Array }>;
  cancel(): Later<void>;
}
interface Answer {
  body: { getReader(): Reader };
}
declare const fetch: (url: string, options: { [name: string]: unknown }) => Later<Answer>;
declare const Response: new (text: string) => Answer;
declare const AbortController: new () => { signal: unknown; abort(): void };

export const fetchStream = <C>(edge: Edge<C>, base: string): Receiver<C> => {
  const isUsable = hasTypedArrays && attempted(() => new Response('x').body.getReader) !== null;
  return receiverOf('fetch-stream', 'stream', isUsable, (question, gate) => {
    const controller = attempted(() => new AbortController());
    const take = feed(gate, createFrames(edge, gate));
    let chunks: Reader | null = null;
    const fail = (): void => gate.over(false);
    // Both: some engines have no signals, and some forget them while an answer is on its way.
    const stop = (): void => {
      if (controller) controller.abort();
      if (chunks) chunks.cancel().then(nothing, nothing);
    };
    const next = (reader: Reader): void => {
      reader.read().then(({ done, value }) => {
        if (done || !gate.isOpen()) return gate.over(true);
        // Before anybody is told, who may throw.
        next(reader);
        if (value) take(edge.fromBytes(value));
      }, fail);
    };
    const begin = ({ body }: Answer): void => {
      chunks = body.getReader();
      if (gate.isOpen()) next(chunks);
      else stop();
    };
    const options = {
      method: 'POST',
      body: bodyOf(question, { as: 'frames' }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: controller ? controller.signal : undefined,
    };
    fetch(base + question.verb, options)
      .then(begin)
      .then(nothing, fail);
    return stop;
  });
};
