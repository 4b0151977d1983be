/** F6: readers that take nothing while their targets have a GiB each to say, and go on after that. */
import { HttpClient } from '../../support/http-client.ts';
import { compare, type Difference, sum } from '../compare.ts';
import {
  type Arena,
  figure,
  isGreen,
  type Plan,
  type Replay,
  type Row,
  settles,
  tally,
  together,
  WHOLE,
} from '../plan.ts';
import { shrink } from '../shrink.ts';
import { onStage } from '../stage.ts';
import { PERIOD, type Reader, startReader } from '../stalled-readers.ts';

const sizes = { small: 20, full: 200 };

const MIB = 2 ** 20;
/** What a target that has to wait got rid of: the buffers of the system on the way, and what the bridge keeps. */
const MOST_TAKEN = 64 * MIB;
/** For the bridge itself, whose heap grows with the first load, and for each session two of its windows. */
const limitOf = (sessions: number): number => 64 * MIB + sessions * (MIB / 2);
/** As often nothing may have moved, a second at least, until all are said to stand still. */
const QUIET_LOOKS = 60;
const WIDTH = 4;
const MOST_MS = 60_000;
const SHRINK_MS = 60_000;

const takenFrom = ({ target }: Reader): number =>
  target.peers.reduce((all, { socket }) => all + socket.bytesWritten - socket.writableLength, 0);

/** Waits until no target gets rid of anything any more. */
const standStill = async (readers: readonly Reader[]): Promise<boolean> => {
  let [before, looks] = [-1, 0];
  return await settles(() => {
    const taken = readers.reduce((all, reader) => all + takenFrom(reader), 0);
    looks = taken === before && readers.every(({ target }) => target.peers.length === 1) ? looks + 1 : 0;
    before = taken;
    return looks >= QUIET_LOOKS;
  }, MOST_MS);
};

const goOn = async (reader: Reader, faults: string[]): Promise<Difference> => {
  const got = await reader.read(PERIOD).catch((error: Error) => {
    faults.push(error.message);
    return Buffer.alloc(0);
  });
  await reader.close();
  return compare(reader.sent, got);
};

/** Each number is a reader: its way, and its bytes. */
const runAll = (readers: readonly number[], seed: number): Promise<Row> =>
  onStage(async (stage) => {
    const http = new HttpClient(stage.url);
    const started = await together(WIDTH, readers, (index) => startReader(index, seed, http));
    const faults: string[] = [];
    if (!(await standStill(started))) faults.push('targets can go on though nobody reads');
    for (const reader of started) if (takenFrom(reader) > MOST_TAKEN) faults.push('a target was not paused');
    const [grown, limit] = [await stage.grown(), limitOf(readers.length)];
    if (grown > limit) faults.push(`${figure(grown / MIB)} MiB more, ${figure(limit / MIB)} are allowed`);
    const differences = await together(WIDTH, started, (reader) => goOn(reader, faults));
    const after = await stage.grown();
    await http.close();
    const isOver = ({ target }: Reader): boolean => target.peers.every(({ socket }) => socket.closed);
    await settles(() => started.every(isOver), 5000);
    const leaks = started.filter((reader) => !isOver(reader)).length;
    for (const { target } of started) await target.close();
    return {
      name: '',
      did: `${readers.length} readers stalled with ${figure(grown / MIB)} MiB more (${figure(after / MIB)} later), ${PERIOD / MIB} MiB each read then`,
      ...differences.reduce(sum, WHOLE),
      leaks,
      faults: tally(faults),
    };
  });

/** Fewer readers that are red, too. */
const shortest = async (readers: readonly number[], seed: number): Promise<object> => {
  const fails = async (rest: readonly number[]): Promise<boolean> =>
    rest.length > 0 && !isGreen(await runAll(rest, seed));
  return { seed, readers: await shrink(readers, fails, performance.now() + SHRINK_MS) };
};

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const readers = Array.from({ length: sizes[size] }, (_, index) => index);
  const row = await runAll(readers, seed);
  report(isGreen(row) ? row : { ...row, script: await shortest(readers, seed) });
};

const replay: Replay = async (given, { report }) => {
  const { seed, readers } = given as { seed: number; readers: readonly number[] };
  const row = await runAll(readers, seed);
  report(isGreen(row) ? row : { ...row, script: { seed, readers } });
};

export const stalled: Plan = {
  id: 'F6',
  about: 'readers that stall while their targets offer 1 GiB each',
  aim: 'memory stays bounded, targets wait, nothing is lost for those who go on',
  run,
  replays: { '': replay },
};
