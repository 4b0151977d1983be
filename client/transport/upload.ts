/** Payloads in requests: as bytes where the engine sends bytes, as text where it keeps all characters, else as base64. */
import { encodeBase64url } from './base64.ts';
import type { Edge } from './edge.ts';
import { hasBlobs, isBinaryXhr, newBlob } from './engine.ts';

/** This engine was caught sending something else than the text that it was given. */
let mangles = false;

export interface Upload {
  body: unknown;
  /** Judges the bridge's line. @returns false where the text was not sent as it was: it has to be sent again */
  arrived(line: string): boolean;
}

/** @param payload goes from the offset `at` on; null for none */
export const createUpload = <C>(edge: Edge<C>, form: string, payload: C | null, at: unknown): Upload => {
  const head = (coding: string): string => `${form}&body=${coding}\n`;
  const isText = !hasBlobs && isBinaryXhr && !mangles && payload !== null;
  let body: unknown;
  if (payload === null) body = form;
  else if (isText) body = head('utf8') + edge.toBinary(payload);
  else if (hasBlobs) body = newBlob([head('raw'), edge.toBytes(payload)]);
  else body = head('base64') + encodeBase64url(edge.toBinary(payload));
  return {
    body,
    arrived: (line) => {
      if (!isText) return true;
      const words = line.split(' ');
      const refused = words[1] === 'BAD_REQUEST';
      // Fewer were taken though there is room: the rest never came.
      const isCut = words[0] === 'OK' && Number(words[1]) < Number(at) + edge.size(payload) && Number(words[2]) > 0;
      if (refused || isCut) mangles = true;
      return !refused;
    },
  };
};
