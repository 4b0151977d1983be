/** The receiver by XDomainRequest, which streams in Internet Explorer 8 and 9 after some padding. */
import type { Receiver } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { attempted, later, nothing } from './engine.ts';
import { createLines } from './lines.ts';
import { feed, receiverOf } from './receiver.ts';
import { bodyOf } from './request.ts';
import { createTail } from './xhr.ts';
import { ROTATE_BYTES } from './xhr-receivers.ts';

interface Xdr {
  readonly responseText: string;
  timeout: number;
  onprogress: () => void;
  onload: () => void;
  onerror: () => void;
  ontimeout: () => void;
  open(method: string, url: string): void;
  send(body: string): void;
  abort(): void;
}
declare const XDomainRequest: new () => Xdr;

/** As that engine sees streams: it shows nothing before so much has come, and cannot read what came with a failure. */
const paddedLines = { as: 'lines', pad: 2048, rotate: ROTATE_BYTES, status: 200 };

/** Silence is watched elsewhere; its own limit would cut a stream that is only long. */
const NEVER_MS = 2_000_000_000;

export const xdr = <C>(edge: Edge<C>, base: string): Receiver<C> =>
  receiverOf('xdr', 'stream', attempted(() => new XDomainRequest()) !== null, (question, gate) => {
    const request = new XDomainRequest();
    const tell = createTail(request, feed(gate, createLines(edge, gate)));
    const end = (whole: boolean) => (): void => {
      // Not while it is being sent.
      later(() => {
        tell();
        gate.over(whole);
      });
    };
    const started = attempted(() => {
      request.open('POST', base + question.verb);
      request.timeout = NEVER_MS;
      // Without one of these it is broken off, and with them nobody tidies it away while it is at work.
      request.onprogress = () => later(tell);
      request.onload = end(true);
      request.onerror = request.ontimeout = end(false);
      request.send(bodyOf(question, paddedLines));
      return true;
    });
    if (!started) end(false)();
    return () => {
      request.onprogress = request.onload = request.onerror = request.ontimeout = nothing;
      attempted(() => request.abort());
    };
  });
