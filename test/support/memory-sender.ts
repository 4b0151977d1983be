/** Posts of a client over an unreliable link, with payloads in every coding. */
import type { Parameters, Sender } from '../../client/core/types.ts';
import { encodeBase64url } from '../../client/transport/base64.ts';
import type { Edge } from '../../client/transport/edge.ts';
import { formOf } from '../../client/transport/request.ts';
import type { AnswerListener } from './link.ts';
import type { MemoryBridge } from './memory-bridge.ts';
import type { Asked } from './memory-http.ts';
import type { Random, Turns } from './memory-pair.ts';

/** What `body` says, and payloads that are the field of a form. */
export const CODINGS = ['raw', 'base64', 'utf8', 'form', 'form-utf8'] as const;
export type Coding = (typeof CODINGS)[number];

/** How a client reaches the bridge. */
export interface Net<C> {
  edge: Edge<C>;
  bridge: MemoryBridge;
  turns: Turns;
  random: Random;
  codings: readonly Coding[];
}

/** Asks, and tells nothing before it has returned. @returns a way to give it up */
export const request = <C>({ bridge }: Net<C>, asked: Asked, on: AnswerListener): (() => void) =>
  bridge.request(asked, on);

export const post = <C>(net: Net<C>, verb: string, body: Uint8Array, on: AnswerListener): (() => void) =>
  request(net, { method: 'POST', url: `/${verb}`, body }, on);

/** The body of a request with a payload, in one of the codings. */
export const upload = <C>({ edge, codings, random }: Net<C>, parameters: Parameters, payload: C | null): Buffer => {
  if (payload === null) return Buffer.from(formOf(parameters));
  const binary = edge.toBinary(payload);
  const head = (body: string): Buffer => Buffer.from(`${formOf(parameters, { body })}\n`);
  const coding = codings[random.below(codings.length)];
  if (coding === 'form') return Buffer.from(formOf(parameters, { body: 'base64', data: encodeBase64url(binary) }));
  if (coding === 'form-utf8') return Buffer.from(formOf(parameters, { body: 'utf8', data: binary }));
  if (coding === 'base64') return Buffer.concat([head(coding), Buffer.from(encodeBase64url(binary))]);
  if (coding === 'utf8') return Buffer.concat([head(coding), Buffer.from(binary)]);
  return Buffer.concat([head('raw'), edge.toBytes(payload)]);
};

export const memorySender = <C>(net: Net<C>): Sender<C> => ({
  mostBytes: 256,
  send: (verb, { parameters, payload }, done) => {
    let text = '';
    let live = true;
    const leave = post(net, verb, upload(net, parameters, payload), {
      text: (piece) => {
        text += piece;
      },
      over: () => {
        const end = text.indexOf('\n');
        if (live) done(end < 0 ? null : text.slice(0, end));
      },
    });
    return () => {
      live = false;
      leave();
    };
  },
});
