/** The sender by a form in a hidden frame, for engines without XMLHttpRequest. */
import type { Sender } from '../core/types.ts';
import { encodeBase64url } from './base64.ts';
import type { Edge } from './edge.ts';
import { postInFrame } from './frame.ts';
import { formOf } from './request.ts';
import type { Done } from './senders.ts';

/** A form is at most 4 KiB, the other fields and the letters of base64 included. [PROTOCOL 2] */
const MOST_FORM_BYTES = 2800;

/** @returns a way to give it up; `done` is not called then */
export const lineByFrame = (url: string, form: unknown, done: Done): (() => void) => {
  const line = (text: string): void => {
    stop();
    done(text);
  };
  const stop = postInFrame({ url, form: form as string, line, over: () => done(null) });
  return stop;
};

export const formSender = <C>(edge: Edge<C>, base: string): Sender<C> => ({
  mostBytes: MOST_FORM_BYTES,
  send: (verb, { parameters, payload }, done) => {
    const added = payload === null ? {} : { body: 'base64', data: encodeBase64url(edge.toBinary(payload)) };
    return lineByFrame(base + verb, formOf(parameters, added), done);
  },
});
