/** What all sockets of a page share: the clock, verdicts about ways, the place of the bridge, and a source of nonces. */
import { type Choice, createChoice, type Memory } from '../core/choice.ts';
import type { Clock, Kind, Question, Receiver, Sender } from '../core/types.ts';
import { encodeBase64url } from '../transport/base64.ts';
import type { Edge } from '../transport/edge.ts';
import { absolute, attempted, later, newBytes, nothing } from '../transport/engine.ts';
import { createReceivers, createSenders, type Ways } from '../transport/index.ts';

declare const localStorage: { getItem(name: string): string | null; setItem(name: string, value: string): void };
declare const crypto: { getRandomValues(values: Uint8Array): void };

export const clock: Clock = {
  now: () => {
    const date = new Date();
    return date.getTime();
  },
  setTimer: later,
  random: () => Math.random(),
};

/** Counts the readers of one session, or of all that share an answer. */
export interface Readers {
  next(): number;
  /** Who goes on with a session begins above the numbers that it had. */
  above(last: number): void;
}

export const createReaders = (): Readers => {
  let last = 0;
  return {
    next: () => {
      last += 1;
      return last;
    },
    above: (other) => {
      last = Math.max(last, other);
    },
  };
};

/** Those that share an answer have one number there. The others must not: a bridge takes no leap above 1000. */
export const sharedReaders = createReaders();

/** The token that the bridge put into this page, for engines that send no Origin. [PROTOCOL 11] */
export const pageToken = (): string | undefined => {
  const metas = attempted(() => document.getElementsByTagName('meta'));
  for (let i = 0; metas && i < metas.length; i += 1) {
    const meta = metas[i] as Element;
    const content = meta.getAttribute('name') === 'netwine-token' ? meta.getAttribute('content') : null;
    // Served by something that is no bridge, the place is still empty.
    if (content && content.charAt(0) !== '{') return content;
  }
  return undefined;
};

const SCRIPT = /^(.*\/)?netwine(\.min)?\.js([?#]|$)/;

/** Where the bridge is: the directory that this script came from, or that of the page. */
export const bridgeBase = (): string => {
  const scripts = attempted(() => document.getElementsByTagName('script'));
  for (let i = 0; scripts && i < scripts.length; i += 1) {
    const script = scripts[i];
    const found = SCRIPT.exec((script && script.getAttribute('src')) || '');
    if (found) return found[1] || './';
  }
  return './';
};

const NONCE_BYTES = 21;

let nonces = 0;
/** Engines without a good source of chance add the page's token, which nobody else has. */
export const makeNonce = (): string => {
  nonces += 1;
  const bytes = attempted(() => {
    const values = newBytes(NONCE_BYTES);
    crypto.getRandomValues(values);
    return values;
  });
  let binary = '';
  for (let i = 0; i < NONCE_BYTES; i += 1) {
    binary += String.fromCharCode(bytes ? (bytes[i] as number) : Math.floor(Math.random() * 256));
  }
  const text = encodeBase64url(binary);
  if (bytes) return text;
  return `${text}${clock.now().toString(36)}-${nonces}${(pageToken() || '').replace(/[^A-Za-z0-9_-]/g, '')}`;
};

/** Verdicts about a bridge outlive the page where there is a place for them. */
const memoryOf = (base: string): Memory => {
  const name = `netwine ${absolute(base)}`;
  let kept = '';
  return {
    load: () => attempted(() => localStorage.getItem(name)) || kept,
    save: (text) => {
      kept = text;
      attempted(() => localStorage.setItem(name, text));
    },
  };
};

/** How a bridge is reached from here. */
export interface Reach<C> {
  choice: Choice<C>;
  sender: Sender<C>;
}

const reaches: { [name: string]: Reach<unknown> } = {};

/** The same for all sockets to a bridge that want the same. @throws where this engine has no way */
export const reachOf = <C>(edge: Edge<C>, base: string, wanted: Ways): Reach<C> => {
  const { transports, share } = wanted;
  const names = transports ? transports.join(' ') : '';
  const name = `${share ? 'shared' : 'own'} ${base} ${names}`;
  const known = reaches[name] as Reach<C> | undefined;
  if (known) return known;
  const all = createSenders(edge, base);
  let sender: Sender<C> | null = null;
  for (let i = 0; i < all.length && !sender; i += 1) {
    if ((all[i] as Sender<C>).usable()) sender = all[i] as Sender<C>;
  }
  if (!sender) throw new Error('This engine has no way to send.');
  // What a program chose by name says nothing about other programs.
  const memory = names === '' ? memoryOf(base) : { load: () => '', save: nothing };
  const ways = createReceivers(edge, base, wanted);
  for (let i = 0; i < ways.length; i += 1) ways[i] = byRoute(ways[i] as Receiver<C>);
  const reach = { choice: createChoice(ways, clock, memory), sender };
  reaches[name] = reach as Reach<unknown>;
  return reach;
};

/** A target that begins with a slash is a route of the bridge: a connect goes to its path, and has no `to`. [PROTOCOL 8] */
const byRoute = <C>(inner: Receiver<C>): Receiver<C> => ({
  name: inner.name,
  kind: inner.kind,
  usable: inner.usable,
  receive: (ask, on) => inner.receive(() => routed(ask(), inner.kind), on),
});

const routed = <C>(question: Question<C>, kind: Kind): Question<C> => {
  const { parameters } = question;
  const to = String(parameters.to);
  if (question.verb !== 'connect' || to.charAt(0) !== '/') return question;
  parameters.to = undefined;
  // A poll is to be answered as soon as there is a key; whoever sees this path does not know it for a connect.
  if (kind !== 'stream') parameters.hold = 0;
  return { verb: to.slice(1) as 'connect', parameters, payload: question.payload };
};
