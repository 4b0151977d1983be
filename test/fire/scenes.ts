/** The requests that are cut at every byte, and what has to be true of their session afterwards. */
import { compare, type Difference } from './compare.ts';
import { WHOLE } from './plan.ts';
import { frame, get, OURS, post, upgrade } from './raw-requests.ts';
import { TALK_LENGTH, type Talk } from './talk.ts';

/** One request: what comes before it, its bytes, and what comes after it was cut. */
export interface Scene {
  name: string;
  /** What the request needs. */
  before(talk: Talk): Promise<void>;
  request(talk: Talk): Buffer;
  /** What follows once the head of the answer is there. */
  more?(talk: Talk): Buffer;
  /** All of an answer that ends late or never has come. */
  isWhole(answer: Buffer, talk: Talk): boolean;
  /** Asks again, and goes on. @throws where an answer is not a definite one */
  after(talk: Talk): Promise<Difference>;
}

const greets = (answer: Buffer, { greeting }: Talk): boolean => answer.includes(greeting);
const says =
  (word: string) =>
  (answer: Buffer): boolean =>
    answer.includes(`${word}\n`);
const never = (): boolean => false;

const onConnect = {
  before: async () => {},
  after: async (talk: Talk) => {
    await talk.connect();
    return talk.finish();
  },
};
/** The greeting has come to the bridge, and nothing of it is acknowledged. */
const onSession = {
  before: async (talk: Talk) => {
    await talk.connect();
    await talk.read();
  },
  after: (talk: Talk) => talk.finish(),
};

const byVerbs: readonly Scene[] = [
  {
    ...onConnect,
    name: 'connect',
    request: ({ to, nonce }) => post(`/connect?to=${to}&nonce=${nonce}&mode=poll&hold=1`),
    isWhole: never,
  },
  {
    ...onSession,
    name: 'receive as poll',
    request: ({ key }) => post(`/receive?key=${key}&from=0&mode=poll&hold=1`),
    isWhole: never,
  },
  {
    ...onSession,
    name: 'receive as stream',
    request: ({ key }) => post(`/receive?key=${key}&from=0&as=lines`),
    isWhole: says('PING'),
  },
  { ...onSession, name: 'send', request: ({ key, sent }) => post(`/send?key=${key}&at=0`, sent), isWhole: never },
  {
    ...onSession,
    name: 'exchange',
    request: ({ key, sent }) => post(`/exchange?key=${key}&at=0&from=0`, sent),
    isWhole: never,
  },
  {
    ...onSession,
    name: 'close',
    request: ({ key }) => post(`/close?key=${key}`),
    isWhole: never,
    after: async (talk) => {
      await talk.close();
      return WHOLE;
    },
  },
];

const onTicket = {
  before: async (talk: Talk) => {
    await onSession.before(talk);
    await talk.takeTicket();
  },
};
/** Where an EventSource that connects again has got to. */
const SEEN = TALK_LENGTH / 2;
const text = (words: string): Buffer => Buffer.from(words);

const byFormsAndTickets: readonly Scene[] = [
  {
    ...onConnect,
    name: 'connect by form',
    request: ({ to, nonce }) => post('/connect', text(`to=${to}&nonce=${nonce}&mode=poll&hold=1`)),
    isWhole: never,
  },
  {
    ...onSession,
    name: 'send by form',
    request: ({ key, sent }) => post('/send', text(`key=${key}&at=0&body=base64&data=${sent.toString('base64url')}`)),
    isWhole: never,
  },
  {
    ...onSession,
    name: 'close by beacon',
    request: ({ key }) => post('/close', text(`key=${key}&end=${TALK_LENGTH}`)),
    isWhole: never,
    after: (talk) => talk.leaveAt(TALK_LENGTH),
  },
  {
    ...onSession,
    name: 'receive of two sessions',
    before: async (talk) => {
      await onSession.before(talk);
      await talk.pair();
    },
    request: ({ key, partner }) => post(`/receive?key=${key}&from=0&key=${partner?.key}&from=0&as=lines`),
    isWhole: says('PING'),
  },
  { ...onSession, name: 'ticket', request: ({ key }) => post(`/ticket?key=${key}`), isWhole: never },
  {
    ...onSession,
    ...onTicket,
    name: 'poll by ticket',
    request: ({ ticket }) => get(`/receive?ticket=${ticket}&from=0&mode=poll&hold=1`),
    isWhole: never,
  },
  {
    ...onTicket,
    name: 'events by ticket, resumed',
    request: ({ ticket }) => get(`/receive?ticket=${ticket}&from=0&as=events`, `Last-Event-ID: ${SEEN}\r\n`),
    isWhole: says('data:PING'),
    after: (talk) => talk.finish(SEEN),
  },
];

const bySockets: readonly Scene[] = [
  {
    ...onConnect,
    name: 'WebSocket that connects',
    request: ({ to, nonce }) => upgrade('/connect', OURS, frame(1, Buffer.from(`to=${to}&nonce=${nonce}`))),
    isWhole: greets,
  },
  {
    ...onSession,
    name: 'WebSocket that attaches',
    request: ({ key, sent }) =>
      upgrade('/receive', OURS, frame(1, Buffer.from(`key=${key}&from=0&reader=9`)), frame(2, sent)),
    isWhole: greets,
  },
  {
    ...onSession,
    name: 'WebSocket that waits for its upgrade, writes and ends',
    request: () => upgrade('/receive', OURS),
    more: ({ key, sent }) =>
      Buffer.concat([frame(1, text(`key=${key}&from=0&reader=9`)), frame(2, sent), frame(1, text('END'))]),
    isWhole: greets,
  },
  {
    name: 'plain WebSocket',
    before: async () => {},
    request: ({ to, sent }) => upgrade(`/connect?to=${to}`, '', frame(2, sent)),
    isWhole: greets,
    // It cannot go on: what came is the beginning of what was sent, and its target hears the end.
    after: async ({ sent, target }) => {
      const [peer] = target.peers;
      const got = peer?.received ?? Buffer.alloc(0);
      if (got.length > TALK_LENGTH) throw new Error(`${got.length} bytes came`);
      return compare(sent.subarray(0, got.length), got);
    },
  },
];

/** All of them. */
export const scenes: readonly Scene[] = [...byVerbs, ...byFormsAndTickets, ...bySockets];
