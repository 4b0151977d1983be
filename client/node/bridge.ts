/** How a program reaches a bridge: its URL, what each request carries, and the connections that they share. */
import { Agent, type Dispatcher, request } from 'undici';

export interface BridgeOptions {
  /** The bridge, as `https://bridge.example/netwine/`. */
  via: string | URL;
  /** Added to each request, and to the upgrade of a WebSocket. */
  headers?: Readonly<Record<string, string>>;
  /** Which connections are used, as a `ProxyAgent` of undici; by default some that all sessions to this bridge share. */
  dispatcher?: Dispatcher;
}

/** One bridge as all sessions to it see it. */
export interface Bridge {
  /** Ends in a slash. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/** Held answers each need a connection of their own; there is no limit to them. */
const agents = new Map<string, Agent>();

const agentOf = (origin: string): Agent => {
  const agent = agents.get(origin) ?? new Agent({ connections: null, pipelining: 1 });
  agents.set(origin, agent);
  return agent;
};

/** @throws TypeError where that is no URL of HTTP */
export const bridgeOf = ({ via, headers = {}, dispatcher }: BridgeOptions): Bridge => {
  const url = new URL(via);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`${url.protocol} is no way to a bridge: give http or https`);
  url.search = url.hash = '';
  return {
    base: url.href.replace(/\/?$/, '/'),
    // No form of a page can set it. [PROTOCOL 11]
    headers: { netwine: '1', ...headers },
    dispatcher: dispatcher ?? agentOf(url.origin),
  };
};

/** What comes of one POST. */
export interface Heard {
  piece(chunk: Uint8Array): void;
  /** Once. @param whole false where the answer broke, or none came */
  over(whole: boolean): void;
}

/** Posts, and tells the answer as it comes, whatever its status. @returns a way to give it up; nothing is told then */
export const post = (bridge: Bridge, verb: string, body: string | Uint8Array, { piece, over }: Heard): (() => void) => {
  const controller = new AbortController();
  let isOver = false;
  const end = (whole: boolean): void => {
    if (isOver) return;
    isOver = true;
    over(whole);
  };
  const { headers, dispatcher } = bridge;
  // Silence is watched by the session, in the time that the bridge has told.
  const limits = { headersTimeout: 0, bodyTimeout: 0 };
  request(bridge.base + verb, { method: 'POST', body, headers, dispatcher, signal: controller.signal, ...limits }).then(
    (answer) => {
      answer.body.on('data', (chunk: Uint8Array) => {
        if (!isOver) piece(chunk);
      });
      answer.body.on('end', () => end(true));
      answer.body.on('error', () => end(false));
      answer.body.on('close', () => end(false));
    },
    () => end(false),
  );
  return () => {
    isOver = true;
    controller.abort();
  };
};
