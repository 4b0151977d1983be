/** What `net` of Node takes for arguments and addresses, and how it names what goes wrong. [Node.js, net and errors] */
import type { SocketError } from './socket-types.ts';

export interface NetConnectOptions {
  port?: number | string;
  host?: string;
  path?: string;
  timeout?: number;
  allowHalfOpen?: boolean;
}

/** `(options)`, `(path)`, `(port, host)`, and a listener behind each. */
export const readConnect = (values: unknown[]): { options: NetConnectOptions; listener: unknown } => {
  const [first, second] = [values[0], values[1]];
  const last = values[values.length - 1];
  const listener = typeof last === 'function' ? last : null;
  if (typeof first === 'object' && first !== null) return { options: first as NetConnectOptions, listener };
  const isPort = typeof first === 'number' || /^\d+$/.test(String(first));
  if (!isPort) return { options: { path: String(first) }, listener };
  const port = Number(first);
  return { options: typeof second === 'string' ? { port, host: second } : { port }, listener };
};

/** Where a connection goes, by name or address. */
export const destination = ({ path, host, port }: NetConnectOptions): { host?: string; port?: number } =>
  path ? {} : { host: host || 'localhost', port: Number(port) };

/** The target in the grammar of the bridge. @throws RangeError for a port that is none */
export const targetOf = (options: NetConnectOptions): string => {
  if (options.path) return `unix:${options.path}`;
  const { host = '', port = 0 } = destination(options);
  if (!(port > 0 && port < 65_536) || port !== Math.floor(port)) throw new RangeError('A port is a number to 65535.');
  return `tcp://${host.indexOf(':') < 0 ? host : `[${host}]`}:${port}`;
};

const codes: { [code: string]: string } = {
  REFUSED: 'ECONNREFUSED',
  UNKNOWN_HOST: 'ENOTFOUND',
  UNREACHABLE: 'EHOSTUNREACH',
  TIMEOUT: 'ETIMEDOUT',
  NO_ANSWER: 'ETIMEDOUT',
  DENIED_CLIENT: 'EACCES',
  DENIED_TARGET: 'EACCES',
  DENIED_ORIGIN: 'EACCES',
};

/** An error as Node's, with the bridge's own word as `bridge`. */
export const errorOf = (
  { code, text }: SocketError,
  syscall: string,
  { host, port }: { host?: string | undefined; port?: number | undefined },
): Error => {
  const name = codes[code] || 'ECONNRESET';
  const error = new Error(`${syscall} ${name}${host ? ` ${host}:${port}` : ''}: ${text}`);
  const fields: { [name: string]: unknown } = { code: name, errno: name, syscall, address: host, port, bridge: code };
  for (const field in fields) (error as unknown as { [name: string]: unknown })[field] = fields[field];
  return error;
};

const isByte = (text: string): boolean => /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) < 256;

export const isIPv4 = (text: string): boolean => {
  const parts = String(text).split('.');
  for (let i = 0; i < parts.length; i += 1) if (!isByte(parts[i] as string)) return false;
  return parts.length === 4;
};

/** Groups of up to four digits, one `::` at most, an IPv4 address in the place of the last two, and a zone. [RFC 4291 2.2] */
export const isIPv6 = (text: string): boolean => {
  const address = String(text).replace(/%[\w.-]+$/, '');
  const halves = address.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (let h = 0; h < halves.length; h += 1) {
    const half = halves[h] as string;
    const parts = half === '' ? [] : half.split(':');
    for (let i = 0; i < parts.length; i += 1) {
      const part = parts[i] as string;
      const isLast = h === halves.length - 1 && i === parts.length - 1;
      if (isLast && isIPv4(part)) groups += 2;
      else if (/^[\da-f]{1,4}$/i.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
};

/** 4, 6, or 0 for what is no address. */
export const isIP = (text: string): number => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0);
