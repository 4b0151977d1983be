/** All ways to receive and to send, the best first. */
import type { Receiver, Sender } from '../core/types.ts';
import type { Edge } from './edge.ts';
import { events } from './events.ts';
import { fetchStream } from './fetch-stream.ts';
import { htmlFrame } from './html-frame.ts';
import { scriptPoll } from './script-poll.ts';
import { formSender, xhrSender } from './senders.ts';
import { createShared } from './shared.ts';
import { websocket } from './websocket.ts';
import { xdr } from './xdr.ts';
import { exchange, xhrPoll, xhrStream } from './xhr-receivers.ts';

export interface Ways {
  /** Names or kinds of the only receivers to use; left out, all but those that have to be asked for by name. */
  transports?: string[];
  /** One held answer for all sessions that use these receivers, for engines with few connections to a host. */
  share?: boolean;
}

type Make = <C>(edge: Edge<C>, base: string) => Receiver<C>;

const makers: Make[] = [
  websocket,
  fetchStream,
  xhrStream,
  xdr,
  events,
  htmlFrame,
  xhrPoll,
  exchange,
  // A bridge answers scripts only where that is switched on, so it is asked for by name.
  scriptPoll,
];

/** A ticket reads one session, an exchange writes to one, and a socket is one. */
const isShareable = /^(fetch-stream|xhr-.*|xdr|html-frame)$/;

/** @param base the URL of the bridge; it ends in a slash. */
export const createReceivers = <C>(edge: Edge<C>, base: string, { transports, share }: Ways): Receiver<C>[] => {
  const chosen: Receiver<C>[] = [];
  const wanted = transports ? ` ${transports.join(' ')} ` : null;
  for (let i = 0; i < makers.length; i += 1) {
    const receiver = (makers[i] as Make)(edge, base);
    const { name, kind } = receiver;
    const byName = name === 'script-poll';
    const isWanted = wanted
      ? wanted.indexOf(` ${name} `) >= 0 || (!byName && wanted.indexOf(` ${kind} `) >= 0)
      : !byName;
    if (isWanted) chosen.push(share && isShareable.test(name) ? createShared(receiver) : receiver);
  }
  return chosen;
};

/** The best first. */
export const createSenders = <C>(edge: Edge<C>, base: string): Sender<C>[] => [
  xhrSender(edge, base),
  formSender(edge, base),
];
