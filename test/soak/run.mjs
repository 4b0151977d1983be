/** `npm run soak`: idle and busy sessions by all ways for half an hour, and a table of what they left; 1 where it is red. */
import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { checkNumbers, readOptions } from '../support/options.mjs';
import { startBridge } from './bridge.mjs';
import { keepBusy, startEcho, startIdle } from './traffic.mjs';
import { formatTable, judge } from './verdict.mjs';

const usage = `npm run soak -- [--minutes 30] [--seed N] [--idle 1000] [--busy 50]
  so many sessions that say nothing, and so many that carry bytes, one after another`;

const read = () => {
  const text = { type: 'string' };
  const check = (values) => {
    checkNumbers(values, ['seed', 'idle', 'busy']);
    const { minutes = '30' } = values;
    if (!/^\d{1,4}(\.\d+)?$/.test(minutes) || Number(minutes) < 0.2) throw new Error('--minutes is at least 0.2');
  };
  const values = readOptions({ minutes: text, seed: text, idle: text, busy: text }, { usage, check });
  const { minutes = '30', seed = `${Math.floor(Math.random() * 1e9)}`, idle = '1000', busy = '50' } = values;
  return { minutes: Number(minutes), seed: Number(seed), idle: Number(idle), busy: Number(busy) };
};

/** Numbers in [0, 1) that follow from the seed: mulberry32. */
const randomFrom = (seed) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const { minutes, seed, idle: idleCount, busy: busyCount } = read();
const [idle, busy, faults] = [{ asked: 0, alive: 0 }, { turns: 0, whole: 0, bytes: 0, missing: 0 }, new Map()];
const report = {
  idle(isAlive) {
    idle.asked += 1;
    idle.alive += isAlive ? 1 : 0;
  },
  busy({ whole, length, back, failure }) {
    busy.turns += 1;
    busy.whole += whole ? 1 : 0;
    busy.bytes += back;
    busy.missing += Math.abs(length - back);
    if (failure !== null) faults.set(failure, (faults.get(failure) ?? 0) + 1);
  },
};

/** What an interrupted run may need to end its sessions and to tell what it came to. */
const LAST_MS = 30_000;
let interruptedBy = null;
const exitCodeOf = (signal) => 128 + constants.signals[signal];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (interruptedBy !== null) return;
    interruptedBy = signal;
    setTimeout(() => process.exit(exitCodeOf(signal)), LAST_MS).unref();
  });
}

console.log(
  `seed ${seed}, ${minutes} minutes, ${idleCount} idle and ${busyCount} busy sessions, Node ${process.version}`,
);
const [bridge, echo] = [await startBridge(), await startEcho()];
const dispatcher = new Agent({ connections: null, pipelining: 1 });
const place = { url: bridge.url, to: echo.to, dispatcher };
const base = await bridge.look();

const asks = [];
const WIDTH = 20;
for (let at = 0; at < idleCount && interruptedBy === null; at += WIDTH) {
  const some = Array.from({ length: Math.min(WIDTH, idleCount - at) }, (_, index) => at + index);
  asks.push(...(await Promise.all(some.map((index) => startIdle(place, index, report)))));
}

const since = performance.now();
const minuteNow = () => (performance.now() - since) / 60_000;
const isOver = () => minuteNow() >= minutes || bridge.counts.exits > 0 || interruptedBy !== null;
const traffic = Array.from({ length: busyCount }, (_, index) =>
  keepBusy(place, index, { random: randomFrom(seed + index * 7919), isOver, report }),
);

const looks = [];
let told = 0;
while (!isOver()) {
  const look = await bridge.look();
  if (look === null) break;
  looks.push({ minute: minuteNow(), ...look });
  if (minuteNow() >= told) {
    const { memory, descriptors, sessions } = look;
    const mib = (memory / 2 ** 20).toFixed(1).padStart(7);
    console.log(`minute ${`${told}`.padStart(3)}: ${mib} MiB, ${descriptors} descriptors, ${sessions} sessions`);
    told += 1;
  }
  await pause(1000);
}

const lasted = Math.min(minutes, minuteNow());
await Promise.all(traffic);
for (let at = 0; at < asks.length; at += WIDTH) await Promise.all(asks.slice(at, at + WIDTH).map((ask) => ask()));
await dispatcher.destroy();
let end = await bridge.look();
const LAST_LOOKS = 150;
for (let look = 0; look < LAST_LOOKS && end !== null; look += 1) {
  if (end.sessions === 0 && end.descriptors <= base.descriptors && echo.sockets.size === 0) break;
  await pause(100);
  end = await bridge.look();
}
const left = echo.sockets.size;
echo.close();
const rows = judge({ minutes: lasted, looks, base, end, left, busy, idle, faults, exits: await bridge.stop() });
if (interruptedBy !== null) console.log(`\ninterrupted after ${lasted.toFixed(1)} of ${minutes} minutes`);
console.log(`\n${formatTable(rows)}`);
const isGreen = rows.every(([, , , ok]) => ok !== false);
process.exitCode = interruptedBy === null ? Number(!isGreen) : exitCodeOf(interruptedBy);
