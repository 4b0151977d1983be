/** Names whose answers are hostile, what a connect to each of them has to become, and the look-up that asks for them. */
import { promises as dns } from 'node:dns';
import type { PolicyOptions } from '../../server/index.ts';
import type { DnsRecord, Question, Reply } from '../support/dns-server.ts';

/** A target that the rules allow, and one that they deny. */
export const [ALLOWED, DENIED] = ['127.0.0.1', '127.0.0.2'];
/** An allowed range where nobody listens. */
export const EMPTY_RANGE = '127.0.1.0/24';
/** How long the bridge waits for a look-up; the resolver would wait longer. */
export const LOOK_UP_MS = 1200;

const a = (...addresses: string[]): Reply => ({ records: addresses.map((data) => ({ type: 'A', data })) });
const aaaa = (...addresses: string[]): Reply => ({ records: addresses.map((data) => ({ type: 'AAAA', data })) });
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `127.0.1.${index + 1}`);

/** Only over TCP is it whole. */
const inFull = (again: boolean, reply: Reply): Reply =>
  again ? reply : { records: (reply.records ?? []).slice(0, 2), truncated: true };

const chain = (last: DnsRecord['data'], links: number): Reply => ({
  records: [
    { type: 'CNAME', data: 'link0.example' },
    ...Array.from({ length: links }, (_, index): DnsRecord => {
      return { name: `link${index}.example`, type: 'CNAME', data: `link${index + 1}.example` };
    }),
    { name: `link${links}.example`, type: 'A', data: last },
  ],
});

interface Kind {
  /** What its server says to a question for an address of IPv4. */
  four: (question: Question) => readonly Reply[];
  /** And for one of IPv6; by default that there is none. */
  six?: (question: Question) => readonly Reply[];
  /** Connects one after the other, and what becomes of each. */
  become: readonly string[];
}

const always =
  (...replies: Reply[]): (() => readonly Reply[]) =>
  () =>
    replies;

/** By the first label of the name. */
export const kinds: Readonly<Record<string, Kind>> = {
  good: { four: always(a(ALLOWED)), become: ['OK', 'OK'] },
  slow: { four: always({ ...a(ALLOWED), afterMs: 300 }), become: ['OK'] },
  late: { four: always({ ...a(ALLOWED), afterMs: LOOK_UP_MS + 200 }), become: ['TIMEOUT'] },
  silent: { four: always(), six: always(), become: ['TIMEOUT'] },
  half: { four: always(a(ALLOWED)), six: always(), become: ['TIMEOUT'] },
  empty: { four: always(a()), become: ['UNKNOWN_HOST'] },
  unknown: { four: always({ code: 3 }), six: always({ code: 3 }), become: ['UNKNOWN_HOST'] },
  failing: { four: always({ code: 2 }), six: always({ code: 2 }), become: ['UNKNOWN_HOST'] },
  refusing: { four: always({ code: 5 }), six: always({ code: 5 }), become: ['UNKNOWN_HOST'] },
  recovering: {
    four: ({ before }) => [before < 1 ? { code: 3 } : a(ALLOWED)],
    become: ['UNKNOWN_HOST', 'OK'],
  },
  denied: { four: always(a(DENIED)), become: ['DENIED_TARGET'] },
  mixed: { four: always(a(ALLOWED, DENIED)), become: ['DENIED_TARGET'] },
  turned: { four: always(a(DENIED, ALLOWED)), become: ['DENIED_TARGET'] },
  flapping: {
    four: ({ before }) => [a(before % 2 === 0 ? ALLOWED : DENIED)],
    become: ['OK', 'DENIED_TARGET', 'OK', 'DENIED_TARGET'],
  },
  // The second answer to one question, and one to a question that nobody has asked.
  doubled: { four: always(a(ALLOWED), a(DENIED)), become: ['OK'] },
  forged: { four: always({ ...a(DENIED), forged: true }, { ...a(ALLOWED), afterMs: 50 }), become: ['OK'] },
  huge: { four: ({ again }) => [inFull(again, a(...many(7), ALLOWED, ...many(200)))], become: ['OK'] },
  crowded: { four: ({ again }) => [inFull(again, a(...many(200), DENIED))], become: ['REFUSED'] },
  salted: { four: ({ again }) => [inFull(again, a(...many(5), DENIED, ...many(200)))], become: ['DENIED_TARGET'] },
  chained: { four: always(chain(ALLOWED, 4)), become: ['OK'] },
  lured: { four: always(chain(DENIED, 4)), become: ['DENIED_TARGET'] },
  circling: {
    four: always({
      records: [
        { type: 'CNAME', data: 'round.example' },
        { name: 'round.example', type: 'CNAME', data: 'round.example' },
      ],
    }),
    become: ['UNKNOWN_HOST'],
  },
  both: { four: always(a(ALLOWED)), six: always(aaaa('::1')), become: ['DENIED_TARGET'] },
  mapped: { four: always(a()), six: always(aaaa('::ffff:7f00:2')), become: ['DENIED_TARGET'] },
  translated: { four: always(a()), six: always(aaaa('64:ff9b::7f00:2')), become: ['DENIED_TARGET'] },
  unspecified: { four: always(a('0.0.0.0')), become: ['DENIED_TARGET'] },
  strange: { four: always(aaaa('::ffff:7f00:2')), six: always(a(DENIED)), become: ['UNKNOWN_HOST'] },
  garbled: { four: always({ bytes: Buffer.alloc(7, 0xff) }), become: ['UNKNOWN_HOST'] },
};

const NONE: readonly Reply[] = [{}];

/** What the server of these names says. */
export const answer = (question: Question): readonly Reply[] => {
  const kind = kinds[question.name.replace(/-.*/, '')];
  if (!kind) return [{ code: 3 }];
  return question.type === 'A' ? kind.four(question) : (kind.six?.(question) ?? NONE);
};

/** Asks the DNS server of that port for both families, as a program that brings its own resolver would. */
export const createResolve = (port: number) => {
  let pending = 0;
  const resolve: NonNullable<PolicyOptions['resolve']> = async (name, signal) => {
    const resolver = new dns.Resolver({ timeout: 2 * LOOK_UP_MS, tries: 2 });
    resolver.setServers([`127.0.0.1:${port}`]);
    signal.addEventListener('abort', () => resolver.cancel(), { once: true });
    pending += 1;
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    pending -= 1;
    return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  };
  return { resolve, pending: () => pending };
};
