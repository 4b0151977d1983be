/** How much memory a process has, and how much a stalled stream may hold on its way. */
import { readFileSync } from 'node:fs';

const SAMPLE_MS = 20;
/** A count that stays the same for so many samples has come to rest. */
const RESTING_SAMPLES = 40;

/** The resident set of a process, in bytes. */
export const residentBytes = (pid: number): number => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no memory: it has ended`);
  return Number(kib) * 1024;
};

const most = (name: string): number =>
  Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'latin1').trim().split(/\s+/).at(-1));

/** The most that the system keeps of one TCP connection on loopback, in bytes: both ends' buffers. */
export const connectionBytes = (): number => most('tcp_wmem') + most('tcp_rmem');

/**
 * Waits until a count no longer changes.
 * @returns the count, and the largest resident set that the process had meanwhile
 */
export const restOf = async (count: () => number, pid: number): Promise<{ count: number; peakBytes: number }> => {
  let peakBytes = residentBytes(pid);
  let last = count();
  for (let same = 0; same < RESTING_SAMPLES; ) {
    await new Promise((resolve) => {
      setTimeout(resolve, SAMPLE_MS);
    });
    const now = count();
    same = now === last ? same + 1 : 0;
    last = now;
    peakBytes = Math.max(peakBytes, residentBytes(pid));
  }
  return { count: last, peakBytes };
};
