/** The start-up of the demo: the chat and a bridge that may reach it, and what to do with them. */
import { isIPv6 } from 'node:net';
import { type Chat, startChat } from './chat.ts';

export interface Address {
  host: string;
  port: number;
}

export interface DemoOptions {
  /** Where the bridge listens. */
  listen: Address;
  /** Where the chat listens. */
  chat: Address;
  /** Starts the bridge; rejects with the error of `listen` where its port is taken. */
  startBridge: (bridge: BridgeOptions) => Promise<Bridge>;
}

export interface BridgeOptions {
  listen: Address;
  /** The targets file of the demo: one rule, for the chat alone. */
  targets: string;
  /** Where pages find the chat, as `host:port`. */
  chat: string;
}

export interface Bridge {
  /** Where the bridge answers, as in `http://127.0.0.1:8080`; a mount prefix follows the port. */
  url: string;
}

export interface DemoOutput {
  out(line: string): void;
  err(line: string): void;
}

export interface Demo {
  readonly chat: Chat;
  readonly url: string;
}

/** A start that failed for a reason that a person can change; the message says how. */
export class DemoError extends Error {
  override name = 'DemoError';
}

const written = ({ host, port }: Address): string => (isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);

/** A chat that listens on all addresses is reached on the loopback one. */
const reached = ({ host, port }: Address): Address => {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
};

/** The rule that opens the chat and nothing else; a rule that names a port singly opens every port. */
export const targetsRule = ({ host, port }: Address): string => `allow ${host} ${port}\n`;

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken: another program listens there',
  EACCES: 'may not be used by this user',
  EADDRNOTAVAIL: 'is no address of this machine',
  ENOTFOUND: 'is no address of this machine',
};

/** Names the flag where an address cannot be listened on; every other error stays what it is. */
const explained = (error: unknown, what: 'bridge' | 'chat', address: Address): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  if (!reason) return error;
  const flag = what === 'bridge' ? '--listen' : '--chat';
  const free = written({
    host: code.startsWith('EADDRNOT') || code === 'ENOTFOUND' ? '127.0.0.1' : address.host,
    port: 0,
  });
  // Which of them was typed cannot be seen from here, and npm keeps flags without its -- for itself.
  return new DemoError(
    `${written(address)} ${reason}. Choose another address for the ${what}: ` +
      `netwine demo ${flag} ${free} takes a free port (from the sources: npm run demo -- ${flag} ${free}).`,
    { cause: error },
  );
};

const attempt = async <T>(start: Promise<T>, what: 'bridge' | 'chat', address: Address): Promise<T> => {
  try {
    return await start;
  } catch (error) {
    throw explained(error, what, address);
  }
};

/** What a person can do now, line by line. */
export const instructions = ({ url, chat }: { url: string; chat: Address }): string[] => {
  const base = url.replace(/\/$/, '');
  const to = written(chat);
  // Brackets mean something to curl.
  const encoded = to.replace('[', '%5B').replace(']', '%5D');
  const query = to === '127.0.0.1:7777' ? '' : `?to=${encoded}`;
  return [
    `The chat listens on ${to}; the bridge to it is ${base}/`,
    '',
    'Open this page in two browser windows, and chat:',
    `  ${base}/chat.html${query}`,
    '',
    'The same with curl; the first line of the answer is OK and the key:',
    `  curl -sN -X POST '${base}/connect?to=${encoded}'`,
    'and in a second terminal, with that key in the place of KEY:',
    `  echo hello | curl -s --data-binary @- '${base}/send?key=KEY'`,
    '',
    'Ctrl-C stops both.',
  ];
};

/**
 * Starts the chat, then the bridge, and says how to use them. Where the bridge does not start, the chat is stopped again.
 * @throws DemoError where an address cannot be listened on.
 */
export const startDemo = async ({ listen, chat, startBridge }: DemoOptions, io: DemoOutput): Promise<Demo> => {
  const onError = (error: Error): void => io.err(`The chat: ${error.message}`);
  const running = await attempt(startChat({ ...chat, onError }), 'chat', chat);
  const there = reached(running);
  try {
    const { url } = await attempt(
      startBridge({ listen, targets: targetsRule(there), chat: written(there) }),
      'bridge',
      listen,
    );
    for (const line of instructions({ url, chat: there })) io.out(line);
    return { chat: running, url };
  } catch (error) {
    await running.close();
    throw error;
  }
};
