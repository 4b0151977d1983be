/** Starts an engine of the table at an address; the page itself says how it went. */
import { installed } from '../../support/engine-parts.ts';
import { EngineProcess } from '../../support/engine-process.ts';
import { startDisplay } from './display.ts';
import { type EngineId, type EngineRow, engines } from './table.ts';

export interface StartedEngine {
  /** What it has printed so far, for messages about failures. */
  readonly output: string;
  /** Its folder and the ids of its processes. */
  readonly process: EngineProcess;
  /** Ends it with all that it has started, and removes its folder. */
  stop(): Promise<void>;
}

/** @throws with the package that is missing, where one is */
export const startEngine = async (id: EngineId, url: string): Promise<StartedEngine> => {
  const row: EngineRow = engines[id];
  const own = new EngineProcess();
  try {
    const { command, args, env } = row.launch(url, own.home);
    const display = row.screen ? { DISPLAY: await startDisplay(own, installed('xvfb')) } : {};
    // Its input stays open: a line editor would end with it.
    await own.start(command, args, { env: { ...display, ...env } });
  } catch (error) {
    await own.stop();
    throw new Error(`${id} was not started: ${(error as Error).message}`);
  }
  return {
    get output() {
      return own.output;
    },
    process: own,
    stop: () => own.stop(),
  };
};
