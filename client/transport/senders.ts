/** Senders: requests with an answer of one line, by XMLHttpRequest or by a form in a hidden frame. */
import type { Sender } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { canFrame, hasXhr } from './engine.ts';
import { postInFrame } from './frame.ts';
import { type Pairs, pairsOf } from './request.ts';
import { createUpload } from './upload.ts';
import { postXhr } from './xhr.ts';

/** A form is at most 4 KiB, the other fields and the letters of base64 included. [PROTOCOL 2] */
const MOST_FORM_BYTES = 2800;

type Done = (line: string | null) => void;

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

/** @returns a way to give it up; `done` is not called then */
export const lineByFrame = (url: string, pairs: Pairs, done: Done): (() => void) => {
  const line = (text: string): void => {
    stop();
    done(text);
  };
  const stop = postInFrame({ url, pairs, line, over: () => done(null) });
  return stop;
};

export const xhrSender = <C>(edge: Edge<C>, base: string): Sender<C> => ({
  name: 'xhr',
  mostBytes: 65_536,
  usable: () => hasXhr,
  send: (verb, { parameters, payload }, done) => {
    const { body, arrived } = createUpload(edge, pairsOf(parameters), payload, parameters.at);
    return lineByXhr(base + verb, body, (line) => done(line !== null && arrived(line) ? line : null));
  },
});

export const formSender = <C>(edge: Edge<C>, base: string): Sender<C> => ({
  name: 'form',
  mostBytes: MOST_FORM_BYTES,
  usable: () => canFrame(base),
  send: (verb, { parameters, payload }, done) => {
    const added = payload === null ? {} : { body: 'base64', data: edge.toBase64url(payload) };
    return lineByFrame(base + verb, pairsOf(parameters, added), done);
  },
});
