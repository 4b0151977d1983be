/** A bridge under fire: a process of its own whose sessions, descriptors and end are watched. */
import { readdir, readFile } from 'node:fs/promises';
import { type BridgeSettings, residentBytes, startBridge } from '../support/bridge.ts';
import { BridgeLog, type Ended } from '../support/bridge-log.ts';
import { type Row, settles, tally } from './plan.ts';

export interface Stage {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** How much the resident memory of the bridge has grown at most since its start, in bytes (Linux). */
  grown(): Promise<number>;
  /** Sessions that were opened so far. */
  readonly opened: number;
  /** How the session with the target of that port ended; null as long as it has not. */
  ended(port: number): Ended | null;
  /** Of a port that the system gives again: how its last session ended is not how the next one does. */
  forget(port: number): void;
  /** Ends the bridge. @returns the row of what was done to it, with what that left, how it ended, and its failures */
  end(row: Omit<Row, 'exits'> & { exits?: number }): Promise<Row>;
  /** Ends it, whatever it has done. */
  close(): Promise<void>;
}

/** Long enough that no session is lost for a slow client, short enough that silence is found out soon. */
const TIMES = { keep: 60, nonce: 60, 'connect-timeout': 10 };

const descriptorsOf = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

const peakOf = async (pid: number): Promise<number> =>
  Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

/** What a plan may want otherwise. */
export type StageSettings = Pick<BridgeSettings, 'args' | 'times' | 'env'>;

/** What is the same in the traces of one failure. */
const faultOf = (trace: string): string => {
  const [, message] = /"msg":"([^"]*)"/.exec(trace) ?? [];
  const [, cause] = /"message":"([^"]*)"/.exec(trace) ?? [];
  return `the log of the bridge: ${message === undefined ? trace : [message, cause].filter(Boolean).join(', ')}`;
};

/** Starts it, with these settings. @throws where it does not start: run the build first */
export const startStage = async (settings: StageSettings = {}): Promise<Stage> => {
  const log = new BridgeLog();
  const { url, program, close } = await startBridge({
    ...settings,
    times: { ...TIMES, ...settings.times },
    heard: (text) => log.heard(text),
  });
  if (program === null) throw new Error('a bridge of our own is needed');
  let exits = 0;
  void program.exit.then(() => {
    exits += 1;
  });
  const base = await descriptorsOf(program.pid);
  const resident = await residentBytes(program.pid);
  const leaksOf = async (): Promise<number> => {
    if (exits > 0) return 0;
    let more = 0;
    const isBack = async (): Promise<boolean> => {
      more = Math.max(0, (await descriptorsOf(program.pid)) - base);
      return log.opened === log.over && more === 0;
    };
    return (await settles(isBack)) ? 0 : log.opened - log.over + more;
  };
  return {
    url,
    port: Number(new URL(url).port),
    pid: program.pid,
    grown: async () => (await peakOf(program.pid)) - resident,
    get opened() {
      return log.opened;
    },
    ended: (port) => log.ended.get(port) ?? null,
    forget: (port) => void log.ended.delete(port),
    async end(row) {
      const leaks = row.leaks + (await leaksOf());
      const before = exits;
      const exit = await close();
      // One that has to be killed, or fails when it is told to end, has not ended as it was asked to.
      const unasked = before === 0 && exit?.code !== 0 ? 1 : before;
      const faults = [...row.faults, ...tally(log.traces.map(faultOf))];
      return { ...row, leaks, exits: (row.exits ?? 0) + unasked, faults };
    },
    async close() {
      await close();
    },
  };
};

/** A row of what was done to a bridge of its own, with what that left and whether it ended. */
export const onStage = async (
  run: (stage: Stage) => Promise<Omit<Row, 'exits'>>,
  settings: StageSettings = {},
): Promise<Row> => {
  const stage = await startStage(settings);
  const row = await run(stage).catch(async (error: Error) => {
    await stage.close();
    throw error;
  });
  return await stage.end(row);
};
