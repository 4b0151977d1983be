/** A session against a bridge that the test writes out, on a clock that only the test moves. */
import { type Choice, createChoice, type Memory } from '../../../client/core/choice.ts';
import { createSession, type Saved } from '../../../client/core/session.ts';
import type { Bytes, Final, Kind } from '../../../client/core/types.ts';
import { createClock, type LabClock } from './clock.ts';
import { type Asked, type Post, scripted, scriptedSender } from './script.ts';

export const bytes: Bytes<string> = {
  size: (chunk) => chunk.length,
  cut: (chunk, from, to) => chunk.slice(from, to),
  join: (chunks) => chunks.join(''),
};

/** What a bridge of small windows says of itself. */
export const INFO = 'INFO up=100 window=400 hold=25 ping=20 keep=120';

/** A storage of one text. */
export const createMemory = (text = ''): Memory & { text: string } => {
  const memory = {
    text,
    load: () => memory.text,
    save: (next: string) => {
      memory.text = next;
    },
  };
  return memory;
};

/** Receivers by name, the best first, that note what they are asked. */
export type Ways = Record<string, Kind>;

export interface LabOptions {
  mostBytes?: number;
  held?: () => number;
  memory?: Memory;
  saved?: Saved<string> | null;
  /** Another session of the same page. */
  beside?: { clock: LabClock; choice: Choice<string>; asked: Asked[] };
}

/** A session that has begun: its first question is out. */
export const lab = (ways: Ways, options: LabOptions = {}) => {
  const { mostBytes = 65_536, held = () => 0, memory = createMemory(), saved = null, beside } = options;
  const asked = beside?.asked ?? [];
  const posts: Post[] = [];
  const clock = beside?.clock ?? createClock();
  const receivers = Object.entries(ways).map(([name, kind]) => scripted(name, kind, asked));
  const choice = beside?.choice ?? createChoice(receivers, clock, memory);
  const seen = { events: [] as string[], received: '', final: null as Final | null };
  let nonces = 0;
  let readers = 0;
  const session = createSession<string>({
    bytes,
    clock,
    choice,
    sender: scriptedSender(mostBytes, posts),
    verb: 'connect',
    connect: { to: 'tcp://target:1' },
    makeNonce: () => `nonce ${++nonces}`,
    nextReader: () => ++readers,
    saved,
    held,
    on: {
      open: () => seen.events.push('open'),
      data: (chunk) => {
        seen.received += chunk;
      },
      end: () => seen.events.push('end'),
      over: (final) => {
        seen.events.push(`over ${final.code}`);
        seen.final = final;
      },
      change: () => {},
      save: () => {},
    },
  });
  clock.advance(0);
  /** The last question, of one way or of any. */
  const last = (name?: string): Asked => asked.findLast((one) => !name || one.name === name) as Asked;
  return { session, clock, choice, asked, posts, seen, last };
};

export type Lab = ReturnType<typeof lab>;

/** The same, connected: the answer of the connect is over, and the best way is asked. */
export const connected = (ways: Ways, options: LabOptions = {}): Lab => {
  const one = lab(ways, options);
  const connect = one.asked.findLast(({ question }) => question?.verb === 'connect') as Asked;
  connect.record('OK key', INFO);
  connect.answer();
  return one;
};

/** Attaches a stream, and has it proven: a small record comes long before its end. */
export const prove = ({ clock }: Lab, stream: Asked): void => {
  stream.attach();
  clock.advance(400);
  stream.record('PING');
  clock.advance(200);
};
