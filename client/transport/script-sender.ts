/** The sender by script elements, for engines that can neither ask nor send a form into a frame. */
import type { Parameters, Sender } from '../core/types.ts';
import { encodeBase64url } from './base64.ts';
import type { Edge } from './edge.ts';
import { getByScript } from './script.ts';

/** An address is at most as long as a form, though that is no rule of the protocol. */
const MOST_BYTES = 2800;

export const scriptSender = <C>(edge: Edge<C>, base: string): Sender<C> => ({
  mostBytes: MOST_BYTES,
  send: (verb, { parameters, payload }, done) => {
    const all: Parameters = {};
    for (const name in parameters) all[name] = parameters[name];
    if (payload !== null) {
      all.body = 'base64';
      all.data = encodeBase64url(edge.toBinary(payload));
    }
    let line: string | null = null;
    const text = (records: string): void => {
      line = records.slice(0, records.indexOf('\n'));
    };
    const over = (): void => {
      stop();
      done(line);
    };
    const stop = getByScript({ url: base + verb, parameters: all, text, over });
    return stop;
  },
});
