/** netwine.1 sockets of a suite's bridge: waiting for their first message, connected, or attached by a key. */
import type { Suite } from './bridge.ts';
import { newNonce } from './http-client.ts';
import { openWs, type WsClient } from './ws-client.ts';

export interface Connected {
  ws: WsClient;
  key: string;
  /** What OK says behind the key: where down and up stand, and the window. */
  numbers: number[];
}

export interface NetwineSockets {
  /** A socket that waits for its first message. */
  socket(path?: string): Promise<WsClient>;
  connect(to: string): Promise<Connected>;
  /** One that has said the key; its answer is still to come. `more` is further parameters, each behind an `&`. */
  attach(key: string, more?: string): Promise<WsClient>;
}

export const netwineSockets = (suite: Suite): NetwineSockets => {
  const socket = (path = '/connect') => suite.closing(openWs(`${suite.url}${path}`));
  return {
    socket,
    async connect(to) {
      const ws = await socket();
      ws.send(`to=${to}&nonce=${newNonce()}&keep=60`);
      const [, key = '', ...numbers] = (await ws.until('OK')).split(' ');
      return { ws, key, numbers: numbers.map(Number) };
    },
    async attach(key, more = '') {
      const ws = await socket('/receive');
      ws.send(`key=${key}${more}`);
      return ws;
    },
  };
};
