/** `script`: a poll as one call of a function of the page, for engines that have nothing but `<script src>`. */
import { type Encoding, eachTextRun } from './encoding.ts';
import { literal } from './literal.ts';

const line = (text: string): string => literal(`${text}\n`);

/** @param callback digits: a name from the request would be somebody else's script. */
export const scriptFor = (callback: number): Encoding => ({
  contentType: 'text/javascript; charset=utf-8',
  hidesStatus: true,
  // Where the header is known no page of another origin can run the answer; the comment keeps it from being a plugin's file.
  headers: { 'Cross-Origin-Resource-Policy': 'same-origin' },
  head: `/**/_netwine[${callback}]("`,
  tail: '");\n',
  whole: true,
  tickets: true,
  record: line,
  data(bytes, from) {
    let text = '';
    eachTextRun(bytes, from, (base64) => {
      text += line(`DATA ${base64}`);
    });
    return [text];
  },
});
