/** `html`: a document that grows by a script for each record, for a hidden frame or the htmlfile of old engines. */
import { type Encoding, eachTextRun } from './encoding.ts';
import { literal } from './literal.ts';

/** Engines show nothing of a document before so much of it has come. */
const HEAD_BYTES = 2048;

/** The document of the parent holds the function: that of the page, or of the htmlfile that the frame stands in. */
const headFor = (callback: number): string => {
  const start =
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>netwine</title>' +
    `<script>function p(r){var n=parent._netwine;if(n&&n[${callback}])n[${callback}](r)}</script></head><body>\n`;
  return `${start}<!--${'~'.repeat(HEAD_BYTES - start.length - 8)}-->\n`;
};

const script = (text: string): string => `<script>p("${literal(text)}")</script>\n`;

/** @param callback digits, as in `script`. */
export const htmlFor = (callback: number): Encoding => ({
  contentType: 'text/html; charset=utf-8',
  hidesStatus: true,
  headers: {
    'Content-Security-Policy': "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'self'",
    // Under no-referrer a form that is sent from here has the origin null, which is nobody's.
    'Referrer-Policy': 'same-origin',
  },
  head: headFor(callback),
  tail: '</body></html>\n',
  tickets: true,
  record: script,
  data(bytes, from) {
    let text = '';
    eachTextRun(bytes, from, (base64) => {
      text += script(`DATA ${base64}`);
    });
    return [text];
  },
});
