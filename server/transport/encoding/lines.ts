/** `lines`: the records as text, one a line, bytes in base64. */
import { type Encoding, eachTextRun } from './encoding.ts';

export const lines: Encoding = {
  contentType: 'text/plain; charset=utf-8',
  hidesStatus: false,
  record: (text) => `${text}\n`,
  data(bytes, from) {
    let text = '';
    eachTextRun(bytes, from, (base64) => {
      text += `DATA ${base64}\n`;
    });
    return [text];
  },
};
