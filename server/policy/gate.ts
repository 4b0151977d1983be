/** The gate: which Host names this bridge, and which page or program may connect. [PROTOCOL 11] */
import { isIPv6 } from 'node:net';
import { NetwineError } from '../core/errors.ts';
import type { Call, Gate } from '../core/gate.ts';
import { formatHost, parseHost } from '../core/host.ts';
import { parsePort } from '../core/target-url.ts';
import { isLoopback } from './own-address.ts';
import { createPageTokens } from './page-token.ts';

export interface GateOptions {
  /** Further names of this bridge: `host`, which fits any port, or `host:port`. */
  hostNames: readonly string[];
  /** Further origins whose pages may connect, as a browser writes them: `https://host`, `https://host:port`. */
  origins: readonly string[];
  /** True closes the ways for programs that send neither a token nor `Netwine: 1`. */
  requireToken: boolean;
}

const MOST_PASSED = 64;

/** @throws Error for a name or an origin that is not written as it must be */
export const createGate = ({ hostNames, origins, requireToken }: GateOptions): Gate => {
  const names = hostNames.map(parseConfiguredHost);
  const configured = new Set(origins.map(checkConfiguredOrigin));
  const tokens = createPageTokens();
  /** What passed before: nearly every request shows one of a few names, and reading one costs more than the rest of it. */
  const passed = new Set<string>();
  const allows = (origin: string | null, call: Call): boolean =>
    origin !== null && (configured.has(origin) || isOwnOrigin(origin, call));

  const mayConnect = (call: Call, { token, upgrade }: { token?: string | undefined; upgrade: boolean }): boolean => {
    const origin = originOf(call);
    if (origin !== null) return allows(origin, call);
    const site = only(call, 'sec-fetch-site', 'DENIED_ORIGIN');
    if (site !== null) return site === 'same-origin';
    const referer = only(call, 'referer', 'DENIED_ORIGIN');
    if (referer !== null) return allows(originOfUrl(referer), call);
    if (call.headers.netwine === '1' || (token !== undefined && tokens.check(token, performance.now()))) return true;
    return !requireToken && (upgrade || isProgram(call.headers['user-agent']));
  };

  return {
    checkHost(call) {
      const text = only(call, 'host', 'MISDIRECTED') ?? '';
      const known = `${text} ${call.localAddress}`;
      if (passed.has(known)) return;
      const asked = splitHost(text);
      if (!asked) throw new NetwineError('MISDIRECTED');
      const fits = ({ host, port }: HostPort): boolean => host === asked.host && (port === null || port === asked.port);
      if (!isLocalHost(asked.host, call) && !names.some(fits)) throw new NetwineError('MISDIRECTED');
      if (passed.size < MOST_PASSED) passed.add(known);
    },
    checkCaller(call, how) {
      if (!mayConnect(call, how)) throw new NetwineError('DENIED_ORIGIN');
      return originOf(call);
    },
    allowedOrigin(call) {
      const { origin } = call.headers;
      return origin !== undefined && countOf(call, 'origin') < 2 && allows(origin, call) ? origin : null;
    },
    token: () => tokens.make(performance.now()),
  };
};

interface HostPort {
  host: string;
  port: number | null;
}

/** `host` or `host:port`, canonical; null where it is neither. */
const splitHost = (text: string): HostPort | null => {
  const [, hostText = '', portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const port = portText === undefined ? null : parsePort(portText);
  if (portText !== undefined && port === null) return null;
  try {
    const host = parseHost(hostText);
    return { host: host.kind === 'ip' ? host.address : host.name, port };
  } catch {
    return null;
  }
};

const parseConfiguredHost = (text: string): HostPort => {
  // An address as it is listened on has no brackets.
  const name = splitHost(isIPv6(text) ? formatHost(text) : text);
  if (!name) throw new Error(`a name of the bridge is written host or host:port, not ${JSON.stringify(text)}`);
  return name;
};

const checkConfiguredOrigin = (text: string): string => {
  if (!/^https?:/.test(text) || originOfUrl(text) !== text) {
    throw new Error(
      `an origin is written https://host or https://host:port in lower case, not ${JSON.stringify(text)}`,
    );
  }
  return text;
};

/** The connection's own address is a name of the bridge; on loopback localhost is one too. */
const isLocalHost = (host: string, { localAddress }: Call): boolean =>
  host === localAddressOf(localAddress) || (host === 'localhost' && isLoopback(localAddress));

const localAddressOf = (text: string): string | null =>
  splitHost(formatHost(text.split('%', 1)[0] ?? ''))?.host ?? null;

/** The bridge's own pages, as long as they come by loopback: never built from Host, which the caller chooses. */
const isOwnOrigin = (origin: string, { localAddress, localPort }: Call): boolean =>
  isLoopback(localAddress) &&
  ['http', 'https'].some((scheme) =>
    ['127.0.0.1', 'localhost', '[::1]'].some((host) => origin === originOfUrl(`${scheme}://${host}:${localPort}`)),
  );

/** Chrome 14 and Firefox 6 to 10 upgrade with a header of their own name. [hybi-08] */
const originOf = (call: Call): string | null =>
  only(call, 'origin', 'DENIED_ORIGIN') ?? only(call, 'sec-websocket-origin', 'DENIED_ORIGIN');

/** Null for what has no origin, so that it never equals an Origin header of `null`. */
const originOfUrl = (url: string): string | null => {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  return origin === 'null' ? null : origin;
};

/** The value of a header that was sent once, or null; twice is refused, for nobody knows which one counts. */
const only = (call: Call, name: string, code: 'MISDIRECTED' | 'DENIED_ORIGIN'): string | null => {
  const value = call.headers[name];
  if (countOf(call, name) > 1 || Array.isArray(value)) throw new NetwineError(code);
  return value ?? null;
};

const countOf = ({ rawHeaders }: Call, name: string): number =>
  rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;

/** Every browser with a form and without Origin calls itself by one of the two; curl, Lynx and programs do not. */
const isProgram = (agent: string | undefined): boolean =>
  agent !== undefined && agent !== '' && !/Mozilla\/|Opera\//.test(agent);
