/** The sender by XMLHttpRequest: requests with an answer of one line. */
import type { Sender } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { formOf } from './request.ts';
import { createUpload } from './upload.ts';
import { postXhr } from './xhr.ts';

/** Gets the line without its end; null where none came. */
export type Done = (line: string | null) => void;

/** @returns a way to give it up; `done` is not called then */
export const lineByXhr = (url: string, body: unknown, done: Done): (() => void) => {
  let text = '';
  return postXhr({
    url,
    body,
    text: (piece) => {
      text += piece;
    },
    over: () => {
      const end = text.indexOf('\n');
      // A line without its end was cut.
      done(end < 0 ? null : text.slice(0, end));
    },
  });
};

export const xhrSender = <C>(edge: Edge<C>, base: string): Sender<C> => ({
  mostBytes: 65_536,
  send: (verb, { parameters, payload }, done) => {
    const { body, arrived } = createUpload(edge, formOf(parameters), payload, parameters.at);
    return lineByXhr(base + verb, body, (line) => done(line !== null && arrived(line) ? line : null));
  },
});
