/** Requests that are nearly right, whole or not: heads, queries, first lines, forms, codings, offsets, nonces, tickets. */
import { isEnough, wrongAnswer } from '../answers.ts';
import { Draw } from '../mutate.ts';
import type { Input, Plan, Running } from '../plan.ts';
import { type Stage, startStage } from '../stage.ts';
import { talk } from '../talk.ts';

const VERBS = ['connect', 'receive', 'send', 'send', 'exchange', 'exchange', 'close', 'ticket', 'routed', 'none', ''];
const METHODS = ['POST', 'POST', 'POST', 'POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'post', 'CONNECT'];
const AS = ['raw', 'frames', 'binary-text', 'lines', 'events', 'script', 'html', 'page', 'none'];
const HEADERS = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Content-Length: 7',
  'Content-Length: 99999999999',
  'Expect: 100-continue',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: application/x-www-form-urlencoded',
  'Content-Encoding: gzip',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Origin: null',
  'Origin: http://other.invalid',
  'Last-Event-ID: 3',
  'Last-Event-ID: x',
  'Host: other.invalid',
  'Sec-Fetch-Site: cross-site',
  'Range: bytes=0-1',
];

/** What each name may well be given. */
const givenTo = (draw: Draw, name: string): string => {
  switch (name) {
    case 'to':
      return draw.chance(0.8)
        ? '{TO}'
        : draw.of(['tcp://127.0.0.1', 'unix:/x', 'exec:x', 'udp://127.0.0.1:9', 'peer:a']);
    case 'key':
      return draw.chance(0.9) ? '{KEY}' : draw.bytes(24);
    case 'as':
      return draw.of(AS);
    case 'mode':
      return draw.of(['poll', 'stream', 'poll', 'x']);
    case 'body':
      return draw.of(['raw', 'base64', 'utf8', 'x']);
    case 'nonce':
      return draw.chance(0.5) ? 'abcdefghijklmnopqrstuvwxyz' : `${draw.below(1000)}abcdefghijklmnopqrstuvw`;
    case 'ticket':
      return draw.bytes(24);
    case 'keep':
      return draw.of(['10', '9', 'x', '']);
    default:
      return draw.number();
  }
};

const OTHERS = ['from', 'at', 'ack', 'end', 'body', 'as', 'mode', 'hold', 'reader', 'nonce', 'pad', 'rotate', 'ended'];
const SELDOM = ['keep', 'v', 'status', 'callback', 'line', 'data', 'token', 'ticket', 'key', 'to', 'x'];

const parametersOf = (draw: Draw, verb: string): string[] => {
  const first = verb === 'connect' ? ['to'] : ['key'];
  const names = [...first, ...draw.some(4, () => draw.of(OTHERS)), ...draw.some(1, () => draw.of(SELDOM))];
  return names.map((name, at) => `${at > 0 ? '&' : ''}${name}=${givenTo(draw, name)}`);
};

/** A piece each: the line, every parameter, every header, the body. */
export const drawRequest = (seed: number): Input => {
  const draw = new Draw(seed);
  if (draw.chance(0.03)) return draw.some(4, () => draw.bytes(200));
  const verb = draw.of(VERBS);
  const parameters = parametersOf(draw, verb);
  const inQuery = draw.chance(0.5);
  const payload = draw.bytes(60);
  const body = inQuery ? [payload] : [...parameters, '\n', payload];
  // The length is that of the body as it was before it was changed, which is a change more.
  const length = draw.chance(0.9) ? ['Content-Length: {LENGTH}\r\n'] : [];
  const query = inQuery ? ['?', ...parameters] : [];
  const extra = draw.some(2, () => `${draw.of(HEADERS)}\r\n`);
  const rest = ['Host: 127.0.0.1:{PORT}\r\n', 'Netwine: 1\r\n', ...length, ...(draw.chance(0.5) ? extra : []), '\r\n'];
  return draw.mutate([`${draw.of(METHODS)} /${verb}`, ...query, ' HTTP/1.1\r\n', ...rest, ...body]);
};

/** The input as it goes out. */
export const fill = async (input: Input, stage: Stage): Promise<string> => {
  const text = input
    .join('')
    .replaceAll('{KEY}', await stage.key())
    .replaceAll('{TO}', stage.to)
    .replaceAll('{PORT}', `${stage.port}`)
    // A session that is kept for an hour would count as left.
    .replaceAll(/keep=\d{2,}/g, 'keep=10');
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  return text.replaceAll('{LENGTH}', `${body.length}`);
};

/** Node closes these by itself, as a server that is no proxy may. */
const isTunnel = (text: string): boolean => /(?:^|\n)CONNECT /.test(text);

const start = async (): Promise<Running> => {
  const stage = await startStage();
  return {
    width: 64,
    async check(input) {
      const say = await fill(input, stage);
      const { text, by, hangs } = await talk({ port: stage.port, say, enough: isEnough });
      if (hangs) return 'hangs';
      if (text === '') return by === 'bridge' && !isTunnel(say) ? 'closes without an answer' : null;
      return wrongAnswer(say, text);
    },
    close: () => stage.close(),
  };
};

export const requests: Plan = { name: 'requests', about: 'HTTP over sockets', share: 0.15, draw: drawRequest, start };
