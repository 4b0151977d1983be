/** The one grammar of targets: `tcp://host:port` and its kin, as text and as a Target. [PROTOCOL 9] */
import { NetwineError } from './errors.ts';
import { formatHost, parseHost } from './host.ts';
import type { Target } from './target.ts';

/** Names of programs, peers and channels: nothing that a shell, a path or a message bus could read as its own. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const NETWORK = /^(?:(tcp|tls|udp):\/\/)?(\[[^\]]*\]|[^:[\]]*):([^:]*)$/;
const OTHER = /^(unix|exec|channel|peer):(.*)$/s;
const PATH = /^(?:\/[!-.0-~]+)+$/;
/** What fits in a sockaddr_un of Linux, less its final zero. [unix(7)] */
const LONGEST_PATH = 107;

/** A port: decimal, 1 to 65535, no leading zero; null for anything else. */
export const parsePort = (text: string): number | null =>
  PORT.test(text) && Number(text) <= 65535 ? Number(text) : null;

/** True for the name of a program, a peer or a channel: letters, digits, `.`, `_` and `-`, 64 at most. */
export const isTargetName = (text: string): boolean => NAME.test(text);

/** True for an absolute path of printable ASCII without blanks, `.`, `..` and empty segments, 107 bytes at most. */
export const isSocketPath = (text: string): boolean =>
  text.length <= LONGEST_PATH && PATH.test(text) && !/\/\.{1,2}(?:\/|$)/.test(text);

/**
 * Reads a target: `tcp://host:port`, `host:port`, `tls://host:port`, `udp://host:port`, `unix:/path`, `exec:name`,
 * `peer:id`, `peer:id:port` or `channel:name`; keywords in lower case, IPv6 in brackets.
 * @throws BAD_TARGET
 */
export const parseTarget = (text: string): Target => {
  if (typeof text !== 'string') throw new NetwineError('BAD_TARGET');
  const other = OTHER.exec(text);
  if (other) return parseOther(other[1] ?? '', other[2] ?? '');
  const [, kind = 'tcp', hostText = '', portText = ''] = NETWORK.exec(text) ?? malformed();
  const host = parseHost(hostText);
  const port = parsePort(portText) ?? malformedPort();
  return { kind: kind as 'tcp' | 'tls' | 'udp', host: host.kind === 'ip' ? host.address : host.name, port };
};

/** The canonical spelling; `parseTarget` reads it back to an equal target. */
export const formatTarget = (target: Target): string => {
  switch (target.kind) {
    case 'unix':
      return `unix:${target.path}`;
    case 'exec':
    case 'channel':
      return `${target.kind}:${target.name}`;
    case 'peer':
      return target.port === undefined ? `peer:${target.id}` : `peer:${target.id}:${target.port}`;
    default:
      return `${target.kind}://${formatHost(target.host)}:${target.port}`;
  }
};

const parseOther = (kind: string, rest: string): Target => {
  if (kind === 'unix') {
    if (!isSocketPath(rest)) throw new NetwineError('BAD_TARGET', { text: 'the path of the unix target is malformed' });
    return { kind, path: rest };
  }
  const [name = '', portText, ...more] = kind === 'peer' ? rest.split(':') : [rest];
  if (!isTargetName(name) || more.length > 0) {
    throw new NetwineError('BAD_TARGET', { text: 'the name in the target is malformed' });
  }
  if (kind !== 'peer') return { kind: kind as 'exec' | 'channel', name };
  return portText === undefined ? { kind, id: name } : { kind, id: name, port: parsePort(portText) ?? malformedPort() };
};

const malformed = (): never => {
  throw new NetwineError('BAD_TARGET');
};

const malformedPort = (): never => {
  throw new NetwineError('BAD_TARGET', { text: 'the port is malformed: write a decimal number from 1 to 65535' });
};
