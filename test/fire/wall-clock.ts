/** A wall clock that is set while programs run by it; their monotonic clocks go on. [libfaketime] */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { fakeTime } = (await import(new URL('../system/parts.mjs', import.meta.url).href)) as { fakeTime: string };

export interface WallClock {
  /** For programs whose clock this is. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it so many hours from the true one. */
  set(hours: number): Promise<void>;
  close(): Promise<void>;
}

/** Shows the true time first. */
export const startClock = async (): Promise<WallClock> => {
  const folder = await mkdtemp(join(tmpdir(), 'netwine-clock-'));
  const path = join(folder, 'offset');
  const set = (hours: number): Promise<void> => writeFile(path, `${hours < 0 ? '-' : '+'}${Math.abs(hours) * 3600}s\n`);
  await set(0);
  const env = {
    LD_PRELOAD: fakeTime,
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { env, set, close: () => rm(folder, { recursive: true }) };
};
