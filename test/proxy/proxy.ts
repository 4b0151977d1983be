/** A real proxy in front of a bridge: started on a free port, killed, started there again, and gone without a trace. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/process.ts';
import { configOf, type Kind } from './kinds.ts';

/** A proxy that is running, or was killed. */
export interface RunningProxy {
  readonly port: number;
  readonly url: string;
  /** How often it ended though nobody had asked it to. */
  readonly exits: number;
  /** Ends it by SIGKILL, and with it all its connections: it is one process. */
  kill(): Promise<void>;
  /** Starts it again, on the same port, and waits until it listens. */
  restart(): Promise<void>;
  /** Ends it and removes all that it has written. */
  close(): Promise<void>;
}

/** Starts a proxy before the bridge of that port. @throws with its output where it does not listen */
export const startProxy = async (kind: Kind, bridgePort: number): Promise<RunningProxy> => {
  const directory = await mkdtemp(join(tmpdir(), 'netwine-proxy-'));
  const port = await freePort();
  const config = join(directory, kind.file);
  let exits = 0;
  /** That it has ended is right. */
  let isKilled = false;
  let hasEnded = false;
  const start = async (): Promise<Program> => {
    const { command } = kind;
    // Caddy looks for places of its own in a home directory.
    const env = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
    const started = await startProgram({ command, args: kind.args(config), cwd: directory, env, ready: { port } });
    isKilled = hasEnded = false;
    void started.exit.then(() => {
      hasEnded = true;
      if (!isKilled) exits += 1;
    });
    return started;
  };
  let program: Program;
  const kill = async (): Promise<void> => {
    if (!isKilled && !hasEnded) process.kill(program.pid, 'SIGKILL');
    isKilled = true;
    await program.exit;
  };
  try {
    await writeFile(config, await configOf(kind, { SCRATCH: directory, PORT: port, BRIDGE: bridgePort }));
    program = await start();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get exits() {
      return exits;
    },
    kill,
    async restart() {
      program = await start();
    },
    async close() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
