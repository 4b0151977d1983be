/** F6: readers that take nothing while their targets have a GiB each to say, and go on after that. */
import { HttpClient } from '../../support/http-client.ts';
import { compare, type Difference, sum } from '../compare.ts';
import { type Arena, figure, type Plan, settles, tally, together } from '../plan.ts';
import { startStage } from '../stage.ts';
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

const run = async ({ seed, size, report }: Arena): Promise<void> => {
  const count = sizes[size];
  const stage = await startStage();
  const http = new HttpClient(stage.url);
  const numbers = Array.from({ length: count }, (_, index) => index);
  const readers = await together(WIDTH, numbers, (index) => startReader(index, seed, http));
  const faults: string[] = [];
  if (!(await standStill(readers))) faults.push('targets can go on though nobody reads');
  for (const reader of readers) if (takenFrom(reader) > MOST_TAKEN) faults.push('a target was not paused');
  const [grown, limit] = [await stage.grown(), limitOf(count)];
  if (grown > limit) faults.push(`${figure(grown / MIB)} MiB more, ${figure(limit / MIB)} are allowed`);
  const differences = await together(WIDTH, readers, (reader) => goOn(reader, faults));
  const after = await stage.grown();
  await http.close();
  const isOver = ({ target }: Reader): boolean => target.peers.every(({ socket }) => socket.closed);
  await settles(() => readers.every(isOver), 5000);
  const left = readers.filter((reader) => !isOver(reader)).length;
  for (const { target } of readers) await target.close();
  report({
    name: '',
    did: `${count} readers stalled with ${figure(grown / MIB)} MiB more (${figure(after / MIB)} later), ${PERIOD / MIB} MiB each read then`,
    ...differences.reduce(sum, { lost: 0, doubled: 0, moved: 0 }),
    leaks: left + (await stage.leaks()),
    exits: await stage.close(),
    faults: tally(faults),
  });
};

export const stalled: Plan = {
  id: 'F6',
  about: 'readers that stall while their targets offer 1 GiB each',
  aim: 'memory stays bounded, targets wait, nothing is lost for those who go on',
  run,
};
