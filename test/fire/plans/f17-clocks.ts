/** F17: wall clocks jump by an hour, and processes stand still for seconds, while clients read and write. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transports } from '../../../client/node/index.ts';
import { HttpClient } from '../../support/http-client.ts';
import { seedOf } from '../../support/random.ts';
import { startTarget } from '../../support/targets.ts';
import { sum } from '../compare.ts';
import { LiveClient } from '../live-client.ts';
import { type Arena, type Plan, settles, tally } from '../plan.ts';
import { type Stage, startStage } from '../stage.ts';
import { startClock, type WallClock } from '../wall-clock.ts';

/** A bridge stands still for longer than `keep`; a client for less than it, or its session would be lost by right. */
const sizes = {
  small: { keep: 2, bridgeMs: 2300, clientMs: 600, betweenMs: 100, rounds: 1 },
  full: { keep: 10, bridgeMs: 11_000, clientMs: 5000, betweenMs: 3000, rounds: 3 },
};
const HOUR_MS = 3_600_000;
/** How far a clock is set from the true time, one after the other. */
const HOURS = [1, -1];
const NEAR_MS = 60_000;

const isNear = (shown: number, hours: number): boolean => Math.abs(shown - Date.now() - hours * HOUR_MS) < NEAR_MS;

/** The clock of a bridge, as it tells it. */
const shownBy = async (url: string): Promise<number> => {
  const { headers } = await fetch(url);
  return Date.parse(headers.get('date') ?? '');
};

/** The token of a page that is served now. */
const tokenOf = async (url: string): Promise<string> => {
  const page = await (await fetch(`${url}/console.html`)).text();
  return /name="netwine-token" content="([^"]+)"/.exec(page)?.[1] ?? '';
};

/** Connects to what is denied, as an engine without Origin that shows a token in its place. @returns the answer */
const askByToken = async (url: string, token: string): Promise<string> => {
  const body = new URLSearchParams({ to: '127.0.0.2:1', token }).toString();
  const headers = { 'User-Agent': 'Mozilla/4.0 (compatible; MSIE 6.0)' };
  return (await fetch(`${url}/connect`, { method: 'POST', body, headers })).text();
};

/** Stops processes as a laptop does that is closed. */
const standStill = async (processes: readonly Pick<LiveClient, 'signal'>[], ms: number): Promise<void> => {
  for (const one of processes) one.signal('SIGSTOP');
  await sleep(ms);
  for (const one of processes) one.signal('SIGCONT');
};

interface Cast {
  stage: Stage;
  clients: readonly LiveClient[];
  clocks: { bridge: WallClock; client: WallClock };
}

/** Sets both clocks forth and back; each has to show it. */
const jump = async ({ stage, clients, clocks }: Cast, hours: number, betweenMs: number): Promise<string[]> => {
  await clocks.bridge.set(hours);
  await sleep(betweenMs);
  await clocks.client.set(-hours);
  await sleep(betweenMs);
  // The header of a server is made anew once a second.
  const isSet = await settles(async () => isNear(await shownBy(stage.url), hours));
  const shown = await Promise.all(clients.map((client) => client.clock()));
  return isSet && shown.every((one) => isNear(one, -hours)) ? [] : ['a clock was not set'];
};

/** A session that nobody asks for again. @returns what to call later: whether it is over, for that reason */
const openForNobody = async ({ url, ended, forget }: Stage): Promise<() => Promise<string[]>> => {
  const [http, target] = [new HttpClient(url), await startTarget()];
  forget(target.port);
  const { key } = await http.open(target.to, { keep: 0 });
  // To ask for one that is over is no sign of its client.
  const isGone = async () => (await http.ask('/receive', { key, mode: 'poll', hold: 0 })).text.startsWith('NO GONE ');
  return async () => {
    await settles(() => ended(target.port) !== null, 20_000);
    const reason = ended(target.port)?.reason ?? 'nothing';
    const isForgotten = await settles(isGone, 30_000);
    await http.close();
    await target.close();
    return [
      ...(reason === 'ABANDONED' ? [] : [`a session that nobody asks for ended with ${reason}`]),
      ...(isForgotten ? [] : ['a session that is over is never forgotten']),
    ];
  };
};

const strike = async (cast: Cast, { bridgeMs, clientMs, betweenMs }: typeof sizes.full): Promise<string[]> => {
  const { stage, clients } = cast;
  const token = await tokenOf(stage.url);
  const faults: string[] = [];
  for (const hours of HOURS) {
    faults.push(...(await jump(cast, hours, betweenMs)));
    const answer = await askByToken(stage.url, token);
    if (!answer.startsWith('NO DENIED_TARGET '))
      faults.push(`the token of a page, with the clock set by ${hours} h: ${answer}`);
  }
  await standStill([{ signal: (name) => process.kill(stage.pid, name) }], bridgeMs);
  await sleep(betweenMs);
  await standStill(clients, clientMs);
  return faults;
};

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const limits = sizes[size];
  const clocks = { bridge: await startClock(), client: await startClock() };
  const stage = await startStage({ times: { keep: limits.keep }, env: clocks.bridge.env });
  const kinds = transports.flatMap((way) => [false, true].map((isIdle) => ({ way, isIdle })));
  const clients = await Promise.all(
    kinds.map((kind, index) =>
      LiveClient.start({ ...kind, url: stage.url, env: clocks.client.env, seed: seedOf(seed, 17_000 + index) }),
    ),
  );
  const faults: string[] = [];
  for (let round = 0; round < limits.rounds; round += 1) {
    const isOver = await openForNobody(stage);
    faults.push(...(await strike({ stage, clients, clocks }, limits)), ...(await isOver()));
  }
  const ends = await Promise.all(clients.map((client) => client.end()));
  const row = await stage.end({
    name: '',
    did: `${clients.length} clients, ${HOURS.length * limits.rounds} jumps of each clock, ${limits.bridgeMs / 1000} s without the bridge, ${limits.clientMs / 1000} s without the clients`,
    ...ends.map(({ difference }) => difference).reduce(sum),
    leaks: 0,
    faults: tally([...faults, ...ends.flatMap((one) => one.faults)]),
  });
  for (const clock of Object.values(clocks)) await clock.close();
  report(row);
};

export const clocks: Plan = {
  id: 'F17',
  about: 'wall clocks jump by an hour and processes stand still, while clients of each way read and write',
  aim: 'no session is lost that a live client reads, no byte is, and what nobody asks for expires all the same',
  run,
};
