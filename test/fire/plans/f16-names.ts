/** F16: the answers of a real DNS server are late, empty, mixed, flapping, failing, huge, forged or of another family. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createPolicy, parseHosts } from '../../../server/index.ts';
import { startDns } from '../../support/dns-server.ts';
import { randomFrom, seedOf } from '../../support/random.ts';
import { closedPort, startTarget, type Target } from '../../support/targets.ts';
import { leaksOf, startApp, watchProcess } from '../app-stage.ts';
import { GREETING } from '../failing-target.ts';
import { ALLOWED, answer, createResolve, DENIED, EMPTY_RANGE, kinds, LOOK_UP_MS } from '../hostile-names.ts';
import { type Arena, figure, type Plan, type Replay, type Row, settles, tally, together, WHOLE } from '../plan.ts';
import { Posts } from '../posts.ts';
import { comes } from '../session-case.ts';

const sizes = { small: { rounds: 1, leavers: 4 }, full: { rounds: 60, leavers: 200 } };
const WIDTH = 40;
const MOST_MS = 20_000;
const NOBODY = Buffer.alloc(0);

/** Addresses were found. */
const isJudged = (word: string): boolean => ['OK', 'DENIED_TARGET', 'REFUSED'].includes(word);

/** Targets at both addresses, on one port; the denied one only counts who comes. */
const startTargets = async (): Promise<readonly [Target, Target]> => {
  const port = await closedPort();
  const act = ({ socket }: Target['peers'][number]): void => void socket.end(GREETING);
  return [await startTarget(act, { host: ALLOWED, port }), await startTarget(act, { host: DENIED, port })];
};

/** Connects, reads and closes. @returns OK, or the code of the refusal @throws where it is neither */
const ask = async (port: number, to: string): Promise<string> => {
  const posts = new Posts(port);
  try {
    const nonce = randomBytes(18).toString('base64url');
    const { text } = await posts.post(`/connect?to=${to}&nonce=${nonce}&mode=poll&hold=5`);
    const [, refused] = /^NO ([A-Z_]+) [^\n]*\n$/.exec(text) ?? [];
    if (refused !== undefined) return refused;
    const [, key] = /^OK (\S+)\n/.exec(text) ?? [];
    if (key === undefined) throw new Error(`connect is answered ${JSON.stringify(text)}`);
    if (!text.includes(`\nDATA ${GREETING.toString('base64')}\n`)) throw new Error('the greeting is missing');
    const closed = await posts.post(`/close?key=${key}`, NOBODY);
    if (closed.text !== 'OK\n') throw new Error(`close is answered ${JSON.stringify(closed.text)}`);
    return 'OK';
  } finally {
    posts.close();
  }
};

/** Connects to a name as often as its kind says. @returns what became of it otherwise than it had to */
const askAll = async (port: number, name: string, to: number, become: readonly string[]): Promise<string[]> => {
  const faults: string[] = [];
  const [kind] = name.split('-');
  for (const [index, due] of become.entries()) {
    let became = 'nothing';
    const asking = ask(port, `${name}:${to}`).then(
      (word) => {
        became = word;
      },
      ({ message }: Error) => {
        became = message;
      },
    );
    await comes(asking, MOST_MS);
    if (became !== due) faults.push(`connect ${index + 1} to a name that is ${kind}: ${became} in the place of ${due}`);
  }
  return faults;
};

/** Asks for a name, and leaves while it is looked up. */
const leave = async (port: number, to: string, isAsked: () => boolean): Promise<string[]> => {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  socket.write(`POST /connect?to=${to} HTTP/1.1\r\nHost: 127.0.0.1\r\nNetwine: 1\r\nContent-Length: 0\r\n\r\n`);
  const asked = await settles(isAsked);
  socket.destroy();
  await once(socket, 'close');
  return asked ? [] : ['a name was never looked up'];
};

/** What is asked, and how often. */
interface Case {
  seed: number;
  rounds: number;
  /** Who ask and leave. */
  leavers: number;
  /** What is wrong with the names. */
  kinds: readonly string[];
}

const runCase = async (one: Case): Promise<Row> => {
  const { seed, rounds, leavers } = one;
  const watched = watchProcess();
  const dns = await startDns(answer);
  const { resolve, pending } = createResolve(dns.port);
  const [open, shut] = await startTargets();
  const targets = [ALLOWED, EMPTY_RANGE].map((host) => `allow ${host} ${open.port}\n`).join('');
  const hosts = parseHosts({ clients: 'allow 127.0.0.1\n', targets });
  const running = await startApp({ policy: createPolicy({ hosts, self: () => [], resolve, lookUpMs: LOOK_UP_MS }) });
  const all = Object.entries(kinds).flatMap(([kind, { become }]) =>
    one.kinds.includes(kind)
      ? Array.from({ length: rounds }, (_, round) => ({ kind, name: `${kind}-${round}.example`, become }))
      : [],
  );
  const order = randomFrom(seedOf(seed, 16_000));
  const turned = all.map((name) => ({ ...name, place: order() })).sort((a, b) => a.place - b.place);
  const found = await together(WIDTH, turned, async ({ name, become }) => [
    ...(await askAll(running.port, name, open.port, become)),
    // A resolver repeats by itself what it got no good answer to.
    ...(dns.asked(name) === become.length || !become.every(isJudged)
      ? []
      : [`${name} was looked up ${dns.asked(name)} times`]),
  ]);
  const left = await together(WIDTH, Array.from({ length: leavers }), (_, index) => {
    const name = `silent-left${index}.example`;
    return leave(running.port, `${name}:${open.port}`, () => dns.asked(name) > 0);
  });
  await dns.close();
  const dead = await askAll(running.port, 'dead-0.example', open.port, ['UNKNOWN_HOST']);
  const faults = [...found.flat(), ...left.flat(), ...dead];
  const welcome = all.flatMap(({ become }) => become).filter((word) => word === 'OK').length;
  if (open.peers.length !== welcome) faults.push(`${open.peers.length} connections, ${welcome} were to be had`);
  if (shut.peers.length > 0) faults.push(`${shut.peers.length} connections to a denied address`);
  const leaks = await leaksOf(running, pending);
  await running.app.close();
  for (const target of [open, shut]) await target.close();
  watched.end();
  const red = new Set(turned.filter((_, index) => found[index]?.length).map(({ kind }) => kind));
  return {
    name: '',
    did: `${figure(all.length)} names of ${one.kinds.length} kinds, ${figure(leavers)} look-ups left, ${figure(welcome)} sessions, ${shut.peers.length} connects to a denied address`,
    ...WHOLE,
    leaks,
    exits: watched.count(),
    faults: tally(faults),
    ...(red.size > 0 ? { script: { ...one, leavers: 0, kinds: [...red] } } : {}),
  };
};

const run = async ({ seed, size, report }: Arena): Promise<void> =>
  report(await runCase({ seed, ...sizes[size], kinds: Object.keys(kinds) }));

const replay: Replay = async (script, { report }) => report(await runCase(script as Case));

export const names: Plan = {
  id: 'F16',
  about: 'names whose DNS server is slow, silent, empty, mixed, flapping, failing, huge, forged or of another family',
  aim: 'no connection to a denied address, every answer definite in its time, and nothing is left behind',
  run,
  replays: { '': replay },
};
