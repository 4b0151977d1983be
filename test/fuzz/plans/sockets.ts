/** WebSocket frames and records that are nearly right, of the bridge's own subprotocol and of others. */
import { isEnough, wrongAnswer } from '../answers.ts';
import { Draw } from '../mutate.ts';
import type { Input, Plan, Running } from '../plan.ts';
import { startStage } from '../stage.ts';
import { talk } from '../talk.ts';
import { fill } from './requests.ts';
import { framesOf, maskedFrame, wrongFrame } from './socket-frames.ts';

const FIRST = ['to={TO}', 'key={KEY}&from=0', 'key={KEY}&reader=5', 'to={TO}&nonce=abcdefghijklmnopqrstuvwxyz', 'to=x'];
const RECORDS = ['ACK 0', 'ACK 99', 'ACK', 'END', 'PING', 'ACK -1', 'ACK 9007199254740992', 'ACK 0 0', '~', ''];
const PATHS = [
  '/connect',
  '/connect',
  '/connect?to={TO}',
  '/receive',
  '/routed',
  '/none',
  '/send',
  '/exchange',
  '/close',
  '/ticket',
];
const DIALECTS = ['netwine.1', 'netwine.1', 'netwine.1', 'binary', 'netwine.2', 'a, netwine.1', ''];
const NO_DOOR = /^GET \/(?:send|exchange|close|ticket|none)[? ]/;
/** Its pong, or a close, says that all before was read. */
const ALL_READ = 'all read';

/** An opcode, a blank, and what it carries; the last of the pieces goes out as it is, behind the frames. */
const drawTalk = (seed: number, readsRecords: boolean): Input => {
  const draw = new Draw(seed);
  const dialect = readsRecords ? 'netwine.1' : draw.of(DIALECTS);
  const subprotocol = dialect === '' ? '' : `Sec-WebSocket-Protocol: ${dialect}\r\n`;
  const head = `GET ${readsRecords ? '/connect' : draw.of(PATHS)} HTTP/1.1\r\n`;
  const any = (): string => (readsRecords || draw.chance(0.7) ? '\x81' : String.fromCharCode(draw.below(256)));
  const said = draw.some(6, () =>
    draw.chance(0.6)
      ? `${any()}${draw.of(RECORDS)}`
      : `${draw.of(['\x82', '\x89', '\x02', '\x80', '\x88'])}${draw.bytes(40)}`,
  );
  const [first = '', ...rest] = draw.mutate([`\x81${draw.of(FIRST)}`, ...said]);
  return [head, subprotocol, draw.chance(0.9) || readsRecords ? '' : draw.bytes(40), first, ...rest];
};

const UPGRADE =
  'Host: 127.0.0.1:{PORT}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

const start = async (): Promise<Running> => {
  const stage = await startStage();
  return {
    width: 48,
    async check([head = '', subprotocol = '', rubbish = '', ...messages]) {
      const say = await fill([head, UPGRADE, subprotocol, '\r\n'], stage);
      const texts = await Promise.all(messages.map((message) => fill([message], stage)));
      const frames = texts.filter((text) => text !== '').map((text) => maskedFrame(text.charCodeAt(0), text.slice(1)));
      const all = `${frames.join('')}${rubbish}${maskedFrame(0x89, ALL_READ)}`;
      const enough = (text: string): boolean =>
        framesOf(text).some(({ first, payload }) => first === 0x88 || payload === ALL_READ);
      const { text, hangs } = await talk({ port: stage.port, say, enough: isEnough, next: { say: all, enough } });
      if (hangs) return 'hangs';
      if (text === '') return say.startsWith('GET /') ? 'closes without an answer' : null;
      const wrong = wrongAnswer(say, text);
      if (wrong !== null || !text.startsWith('HTTP/1.1 101')) return wrong;
      if (NO_DOOR.test(say)) return 'upgrades where there is no door';
      const saysRecords = /Protocol: netwine\.1/i.test(text);
      return wrongFrame(framesOf(text), { saysRecords, before: texts });
    },
    close: () => stage.close(),
  };
};

/** Frames of every kind, to every path, of every dialect. */
export const frames: Plan = {
  name: 'frames',
  about: 'WebSocket frames over sockets',
  share: 0.06,
  draw: (seed) => drawTalk(seed, false),
  start,
};

/** Well-formed messages of the bridge's own subprotocol with records that are not. */
export const records: Plan = {
  name: 'records',
  about: 'netwine.1 records over sockets',
  share: 0.06,
  draw: (seed) => drawTalk(seed, true),
  start,
};
