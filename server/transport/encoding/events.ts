/** `events`: the records for EventSource; its id is the offset to go on from. [HTML, server-sent events] */
import { type Encoding, eachTextRun } from './encoding.ts';

const event = (text: string, offset?: number): string =>
  `${offset === undefined ? '' : `id:${offset}\n`}data:${text}\n\n`;

export const events: Encoding = {
  contentType: 'text/event-stream',
  hidesStatus: true,
  record: event,
  data(bytes, from) {
    let text = '';
    eachTextRun(bytes, from, (base64, end) => {
      text += event(`DATA ${base64}`, end);
    });
    return [text];
  },
};
