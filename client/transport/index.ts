/** All ways to receive and to send, the best first. */
import type { Receiver, Sender } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { hasXhr } from './engine.ts';
import { fetchStream } from './fetch-stream.ts';
import { type MakeReceiver, more } from './more.ts';
import { xhrSender } from './senders.ts';
import { websocket } from './websocket.ts';
import { exchange, xhrPoll, xhrStream } from './xhr-receivers.ts';

export interface Ways {
  /** Names or kinds of the only receivers to use; left out, all but those that have to be asked for by name. */
  transports?: string[];
  /** One held answer for all sessions that use these receivers, for engines with few connections to a host. */
  share?: boolean;
}

/** What the script for old engines would add. */
const lacking = (): never => {
  throw new Error('This needs netwine-old.js.');
};

/** @param base the URL of the bridge; it ends in a slash. @throws where that needs what is not there */
export const createReceivers = <C>(edge: Edge<C>, base: string, { transports, share }: Ways): Receiver<C>[] => {
  const makers = ([websocket, fetchStream, xhrStream] as MakeReceiver[]).concat(more.ways, [xhrPoll, exchange]);
  const wanted = ` ${(transports || []).join(' ')} `;
  const chosen: Receiver<C>[] = [];
  for (let i = 0; i < makers.length; i += 1) {
    const receiver = (makers[i] as MakeReceiver)(edge, base);
    const { name, kind } = receiver;
    const isAny = name !== 'script-poll' && (!transports || wanted.indexOf(` ${kind} `) >= 0);
    // A bridge answers scripts only where that is switched on, so it is asked for by name.
    if (isAny || wanted.indexOf(` ${name} `) >= 0) chosen.push(share ? (more.share || lacking)(receiver) : receiver);
  }
  return chosen;
};

/** The better one that this engine has. @throws where it has none */
export const createSender = <C>(edge: Edge<C>, base: string): Sender<C> =>
  (hasXhr ? xhrSender : more.sender || lacking)(edge, base);
