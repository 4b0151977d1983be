/** The server's parsers of targets, parameters, codings and hosts files: their own failure, or what can be read again. */
import { NetwineError } from '../../../server/core/errors.ts';
import { formatTarget, parseTarget } from '../../../server/core/target-url.ts';
import { HostsError } from '../../../server/policy/hosts-error.ts';
import { parseHosts } from '../../../server/policy/load.ts';
import { type Coding, createDecoder } from '../../../server/transport/coding.ts';
import { parseParameters } from '../../../server/transport/parameters.ts';
import { Draw } from '../mutate.ts';
import { type Input, inProcess, type Plan } from '../plan.ts';

const TARGETS = [
  ['tcp', '://', '127.0.0.1', ':', '80'],
  ['tls', '://', 'a.example', ':', '443'],
  ['udp', '://', '[', '2001:db8::1', ']', ':', '53'],
  ['unix', ':', '/run', '/x.sock'],
  ['exec', ':', 'name'],
  ['peer', ':', 'id', ':', '9'],
  ['channel', ':', 'room'],
];
const RULES = [
  'allow ',
  'deny ',
  '127.0.0.1 ',
  '10.0.0.0/8 ',
  '@public ',
  '*.a.example ',
  '80,443 ',
  '1-9 ',
  '*/udp ',
  '# x',
  'unix:/x ',
];
const PAIRS = ['to', '=', '&', 'key', 'from', '%41', '%', '+', 'a', '0', '\xc3\xa4', 'data'];

const drawBy: Record<string, (draw: Draw) => Input> = {
  target: (draw) => draw.of(TARGETS),
  parameters: (draw) => draw.some(12, () => draw.of(PAIRS)),
  base64: (draw) => draw.some(4, () => btoa(draw.bytes(12)).replaceAll('=', '')),
  utf8: (draw) => draw.some(4, () => Buffer.from(draw.bytes(12), 'latin1').toString('latin1')),
  hosts: (draw) => draw.some(4, () => `${draw.some(5, () => draw.of(RULES)).join('')}\n`),
};

const checkBy: Record<string, (text: string, pieces: Input) => string | null> = {
  target(text) {
    const target = parseTarget(text);
    const again = parseTarget(formatTarget(target));
    return JSON.stringify(again) === JSON.stringify(target) ? null : 'its spelling is read as another target';
  },
  parameters(text) {
    const parameters = parseParameters(Buffer.from(text, 'latin1'));
    parameters.number('from');
    parameters.flag('ended');
    return null;
  },
  hosts(text) {
    const source = Buffer.from(text, 'latin1');
    parseHosts({ clients: source, targets: '' });
    parseHosts({ clients: '', targets: source });
    parseHosts({ clients: '', targets: '', routes: source });
    return null;
  },
  base64: (text, pieces) => wrongCoding('base64', text, pieces),
  utf8: (text, pieces) => wrongCoding('utf8', text, pieces),
};

const KINDS = Object.keys(drawBy);

const draw = (seed: number): Input => {
  const made = new Draw(seed);
  const kind = made.of(KINDS);
  return [kind, ...made.mutate(drawBy[kind]?.(made) ?? [])];
};

/** The bytes, or the code of the failure. */
const decoded = (coding: Coding, pieces: readonly string[]): string => {
  const decoder = createDecoder(coding);
  try {
    const bytes = pieces.map((piece) => Buffer.from(decoder.push(Buffer.from(piece, 'latin1'))));
    return Buffer.concat([...bytes, decoder.finish()]).toString('hex');
  } catch (error) {
    if (error instanceof NetwineError) return error.code;
    throw error;
  }
};

const wrongCoding = (coding: Coding, text: string, pieces: Input): string | null =>
  decoded(coding, pieces) === decoded(coding, [text]) ? null : 'is decoded otherwise in pieces than as a whole';

const check = ([kind = '', ...pieces]: Input): string | null => {
  try {
    return checkBy[kind]?.(pieces.join(''), pieces) ?? null;
  } catch (error) {
    if (error instanceof HostsError) return null;
    if (error instanceof NetwineError && /^BAD_(?:REQUEST|TARGET)$/.test(error.code)) return null;
    throw error;
  }
};

export const parsers: Plan = {
  name: 'parsers',
  about: "texts to the server's parsers",
  share: 0.3,
  draw,
  start: inProcess(check),
};
