/** What all sockets of a page share: the clock, verdicts about ways, the place of the bridge, and a source of nonces. */
import { type Choice, createChoice, type Memory } from '../core/choice.ts';
import type { Clock, Sender } from '../core/types.ts';
import type { Edge } from '../transport/edge.ts';
import { absolute, attempted, later, newBytes } from '../transport/engine.ts';
import { createReceivers, createSender, type Ways } from '../transport/index.ts';

declare const localStorage: { getItem(name: string): string | null; setItem(name: string, value: string): void };
declare const crypto: { getRandomValues(values: Uint8Array): void };

export const clock: Clock = {
  now: () => {
    const date = new Date();
    return date.getTime();
  },
  setTimer: later,
  random: Math.random,
};

/** The highest number of a reader so far: of one session, or of all that share an answer, which have one number there. */
export interface Readers {
  last: number;
}

/** For those that share an answer. The others must not: a bridge takes no leap above 1000. */
export const sharedReaders: Readers = { last: 0 };

/** What the first element has of which it is not nothing. */
const found = (tag: string, look: (element: Element) => string | null): string | undefined => {
  const all = attempted(() => document.getElementsByTagName(tag));
  for (let i = 0; all && i < all.length; i += 1) {
    const text = look(all[i] as Element);
    if (text) return text;
  }
  return undefined;
};

/** The token that the bridge put into this page, for engines that send no Origin. [PROTOCOL 11] */
export const pageToken = (): string | undefined =>
  found('meta', (meta) => {
    const content = meta.getAttribute('content');
    // Served by something that is no bridge, the place is still empty.
    return meta.getAttribute('name') === 'netwine-token' && content && content.charAt(0) !== '{' ? content : null;
  });

/** Where the bridge is: the directory that this script came from, or that of the page. */
export const bridgeBase = (): string =>
  found('script', (script) => {
    const parts = /^(.*\/)?netwine\.js([?#]|$)/.exec(script.getAttribute('src') || '');
    return parts && (parts[1] || './');
  }) || './';

const NONCE_LETTERS = 27;

/**
 * Chance of both kinds: edbrowse has a good source by name, which gives nothing but zeros. And the time, and the page's
 * token, which nobody else has.
 */
export const makeNonce = (): string => {
  const values = attempted(() => newBytes(NONCE_LETTERS)) || [];
  attempted(() => crypto.getRandomValues(values as Uint8Array) as undefined);
  let text = '';
  for (let i = 0; i < NONCE_LETTERS; i += 1) {
    text += (((values[i] as number) ^ (Math.random() * 32)) & 31).toString(32);
  }
  return text + clock.now().toString(36) + (pageToken() || '').replace(/[^\w-]/g, '');
};

/** Verdicts about a bridge outlive the page where there is a place for them. */
const memoryOf = (name: string): Memory => ({
  load: () => attempted(() => localStorage.getItem(name)) || '',
  save: (text) => {
    attempted(() => localStorage.setItem(name, text));
  },
});

/** How a bridge is reached from here. */
interface Reach<C> {
  choice: Choice<C>;
  sender: Sender<C>;
}

const reaches: { [name: string]: Reach<unknown> } = {};

/** The same for all sockets to a bridge that want the same. @throws where this engine has no way */
export const reachOf = <C>(edge: Edge<C>, base: string, wanted: Ways): Reach<C> => {
  const { transports, share } = wanted;
  // What a program chose by name says nothing about other programs.
  const name = `netwine ${share ? 1 : 0} ${absolute(base)} ${transports}`;
  reaches[name] = reaches[name] || {
    sender: createSender(edge, base) as Sender<unknown>,
    choice: createChoice(createReceivers(edge, base, wanted), clock, memoryOf(name)) as Choice<unknown>,
  };
  return reaches[name] as Reach<C>;
};
