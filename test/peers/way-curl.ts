/** The way of curl alone: one held raw answer down, and a curl for each write. */
import { curl, streamCurl } from '../support/curl.ts';
import type { Dialogue, Way } from './dialogue.ts';
import { Inbox } from './inbox.ts';

const KEY_LINE = /^OK (\S+)\n$/;

export const byCurl: Way = {
  name: 'curl alone',
  messages: false,
  open: async (bridge, place): Promise<Dialogue> => {
    const stream = streamCurl(['-X', 'POST', `${bridge}${place}`]);
    const inbox = new Inbox();
    stream.body.on('data', (bytes: Uint8Array) => inbox.push(bytes));
    // Exit 0 is a whole answer: the target has ended properly.
    const done = stream.done.then(({ exit, complaint }) =>
      inbox.finish(exit === 0 ? null : new Error(`curl ended with ${exit}: ${complaint}`)),
    );
    const line = (await inbox.through('\n')).toString('latin1');
    const key = KEY_LINE.exec(line)?.[1];
    if (key === undefined) throw new Error(`the answer of connect began with ${JSON.stringify(line)}`);
    const post = async (path: string, bytes?: Uint8Array): Promise<void> => {
      const { exit, body, complaint } = await curl(['--data-binary', '@-', `${bridge}${path}`], bytes);
      if (exit !== 0 || !body.toString('latin1').startsWith('OK')) throw new Error(`${exit} ${complaint} ${body}`);
    };
    return {
      inbox,
      write: (bytes) => post(`/send?key=${key}`, bytes),
      end: () => post(`/send?key=${key}&end=`),
      close: async () => {
        await post(`/close?key=${key}`);
        await stream.stop();
        await done;
      },
    };
  },
};
